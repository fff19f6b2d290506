// Which coefficients of a law a fit may move, and within which box.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "isoflop/fit/objective.hpp"
#include "isoflop/fit/options.hpp"
#include "isoflop/laws/law_facts.hpp"

namespace isoflop {

/// Theta follows from phi [K], K <= P, on the optimiser's axis: a fixed coefficient has no entry in
/// phi, tied coefficients share one.
struct FreeSpace {
  std::size_t theta_size = 0;                     ///< P
  std::array<int, kMaxCoefficients> entry{};      ///< of phi that a coefficient follows; -1: fixed
  std::array<double, kMaxCoefficients> fixed{};   ///< its value where entry is -1
  std::array<bool, kMaxCoefficients> is_scale{};  ///< by entry: whether it moves scales
  CoefficientVector lower, upper;                 ///< [K] the box
  bool widened = false;                           ///< it is that of widest()

  int size() const { return static_cast<int>(lower.size()); }

  CoefficientVector expand(const CoefficientVector& phi) const;

  /// The gradient with respect to phi from that with respect to theta.
  CoefficientVector reduce(const CoefficientVector& full) const;
  /// The same for a matrix of second derivatives.
  CoefficientMatrix reduce_matrix(const CoefficientMatrix& full) const;

  /// Phi of coefficients on the optimiser's axis [P]; tied ones meet at their mean.
  CoefficientVector gather(std::span<const double> theta) const {
    CoefficientVector sum = CoefficientVector::Zero(size()), count = sum;
    for (std::size_t p = 0; p < theta.size(); ++p) {
      if (entry[p] < 0) continue;
      sum[entry[p]] += theta[p];
      count[entry[p]] += 1.0;
    }
    return sum.cwiseQuotient(count).cwiseMax(lower).cwiseMin(upper);
  }

  /// The same space with entry e of phi held at a value.
  FreeSpace without(int e, double value) const {
    FreeSpace out = *this;
    for (std::size_t p = 0; p < theta_size; ++p) {
      if (entry[p] == e) {
        out.entry[p] = -1;
        out.fixed[p] = value;
      } else if (entry[p] > e) {
        --out.entry[p];
      }
    }
    std::copy(is_scale.begin() + e + 1, is_scale.end(), out.is_scale.begin() + e);
    out.lower = drop(lower, e);
    out.upper = drop(upper, e);
    return out;
  }
  static CoefficientVector drop(const CoefficientVector& phi, int e) {
    CoefficientVector out(phi.size() - 1);
    out << phi.head(e), phi.tail(phi.size() - 1 - e);
    return out;
  }

  int entry_of(int p) const { return entry[static_cast<std::size_t>(p)]; }
};

/// The bounds of a space: those that the law's list of coefficients gives, or those of widest().
enum class Box { kOwn, kWidest };

/// The free space that the options leave. Throws InvalidArgument for unknown coefficients, values
/// outside a coefficient's bounds, and contradictory or meaningless ties.
FreeSpace free_space(const LawFacts& law, const FitOptions& options, Box box = Box::kOwn);

/// A coefficient with the bounds that the space has.
CoefficientInfo bounded(const CoefficientInfo& own, const FreeSpace& space);

/// The coefficients at phi, in the law's units; names of those on a bound into at_bound.
std::vector<double> coefficients_at(const LawFacts& law, const FreeSpace& space,
                                    const CoefficientVector& phi, const FitOptions& options,
                                    std::vector<std::string>* at_bound = nullptr);

}  // namespace isoflop
