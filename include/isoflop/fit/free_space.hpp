/// Which coefficients of a law a fit may move, and within which box.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <Eigen/Core>
#include <sstream>
#include <string>
#include <vector>

#include "isoflop/error.hpp"
#include "isoflop/fit/options.hpp"
#include "isoflop/laws/coefficients.hpp"

namespace isoflop {

/// theta follows from phi [K], K <= P, on the optimiser's axis: a fixed coefficient has no entry in
/// phi, tied coefficients share one.
template <std::size_t P>
struct FreeSpace {
  static constexpr int kMax = static_cast<int>(P);
  using Small = Eigen::Matrix<double, Eigen::Dynamic, 1, Eigen::ColMajor, kMax, 1>;
  using SmallMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, kMax, kMax>;

  std::array<int, P> entry{};     ///< entry of phi that a coefficient follows; -1: fixed
  std::array<double, P> fixed{};  ///< its value where entry is -1
  Small lower, upper;             ///< [K] the box

  int size() const { return static_cast<int>(lower.size()); }

  template <class T>
  std::array<T, P> expand(const T* phi) const {
    std::array<T, P> theta;
    for (std::size_t p = 0; p < P; ++p) theta[p] = entry[p] < 0 ? T(fixed[p]) : phi[entry[p]];
    return theta;
  }
  std::array<double, P> expand(const Small& phi) const { return expand(phi.data()); }

  /// The gradient with respect to phi from that with respect to theta.
  template <class V>
  Small reduce(const V& full) const {
    Small out = Small::Zero(size());
    for (int p = 0; p < kMax; ++p) {
      if (entry_of(p) >= 0) out[entry_of(p)] += full[p];
    }
    return out;
  }
  /// The same for a matrix of second derivatives.
  template <class M>
  SmallMatrix reduce_matrix(const M& full) const {
    SmallMatrix out = SmallMatrix::Zero(size(), size());
    for (int p = 0; p < kMax; ++p) {
      for (int q = 0; q < kMax; ++q) {
        if (entry_of(p) >= 0 && entry_of(q) >= 0) out(entry_of(p), entry_of(q)) += full(p, q);
      }
    }
    return out;
  }

  /// phi of coefficients on the optimiser's axis; tied ones meet at their mean.
  Small gather(const std::array<double, P>& theta) const {
    Small sum = Small::Zero(size()), count = Small::Zero(size());
    for (std::size_t p = 0; p < P; ++p) {
      if (entry[p] < 0) continue;
      sum[entry[p]] += theta[p];
      count[entry[p]] += 1.0;
    }
    return sum.cwiseQuotient(count).cwiseMax(lower).cwiseMin(upper);
  }

  /// The same space with entry e of phi held at a value.
  FreeSpace without(int e, double value) const {
    FreeSpace out = *this;
    for (std::size_t p = 0; p < P; ++p) {
      if (entry[p] == e) {
        out.entry[p] = -1;
        out.fixed[p] = value;
      } else if (entry[p] > e) {
        --out.entry[p];
      }
    }
    out.lower = drop(lower, e);
    out.upper = drop(upper, e);
    return out;
  }
  static Small drop(const Small& phi, int e) {
    Small out(phi.size() - 1);
    out << phi.head(e), phi.tail(phi.size() - 1 - e);
    return out;
  }

  int entry_of(int p) const { return entry[static_cast<std::size_t>(p)]; }
};

/// The free space that the options leave. Throws InvalidArgument for unknown coefficients, values
/// outside a coefficient's bounds, and contradictory or meaningless ties.
template <Law L>
FreeSpace<kNumCoefficients<L>> free_space(const L& law, const FitOptions& options) {
  constexpr std::size_t kP = kNumCoefficients<L>;
  FreeSpace<kP> space;
  std::array<std::size_t, kP> leader;  // the first coefficient of each group of tied ones
  for (std::size_t p = 0; p < kP; ++p) leader[p] = p;

  for (const auto& [first, second] : options.tied) {
    const std::size_t a = leader[coefficient_index(law, first)];
    const std::size_t b = leader[coefficient_index(law, second)];
    if (first == second) throw InvalidArgument("cannot tie " + first + " to itself");
    if (coefficients_of(law)[a].scale != coefficients_of(law)[b].scale) {
      throw InvalidArgument("cannot tie " + first + " to " + second +
                            ": one is a scale, the other an exponent");
    }
    for (std::size_t& l : leader) {
      if (l == a || l == b) l = std::min(a, b);
    }
  }

  std::array<bool, kP> is_fixed{};
  for (const auto& [name, value] : options.fixed) {
    const CoefficientInfo& info = coefficients_of(law)[coefficient_index(law, name)];
    if (!(value >= info.lower && value <= info.upper)) {
      std::ostringstream text;
      text << "cannot fix " << name << " at " << value << ": it must lie between " << info.lower
           << " and " << info.upper;
      throw InvalidArgument(text.str());
    }
    const std::size_t l = leader[coefficient_index(law, name)];
    const double theta = to_axis(info, value);
    if (is_fixed[l] && space.fixed[l] != theta) {
      throw InvalidArgument(name + " is tied to a coefficient that is fixed at another value");
    }
    is_fixed[l] = true;
    space.fixed[l] = theta;
  }

  int size = 0;
  std::array<double, kP> lower{}, upper{};
  for (std::size_t p = 0; p < kP; ++p) {
    if (p >= coefficients_of(law).size()) {
      space.entry[p] = -1;
      continue;
    }
    const std::size_t l = leader[p];
    const CoefficientInfo& info = coefficients_of(law)[p];
    if (is_fixed[l]) {
      space.entry[p] = -1;
      space.fixed[p] = space.fixed[l];
      continue;
    }
    if (l == p) space.entry[p] = size++;
    space.entry[p] = space.entry[l];
    const auto e = static_cast<std::size_t>(space.entry[p]);
    const double low = to_axis(info, info.lower), high = to_axis(info, info.upper);
    lower[e] = l == p ? low : std::max(lower[e], low);
    upper[e] = l == p ? high : std::min(upper[e], high);
  }
  space.lower = Eigen::Map<const Eigen::VectorXd>(lower.data(), size);
  space.upper = Eigen::Map<const Eigen::VectorXd>(upper.data(), size);
  return space;
}

/// The coefficients at phi, in the law's units; names of those on a bound into at_bound.
template <Law L>
std::vector<double> coefficients_at(const L& law, const FreeSpace<kNumCoefficients<L>>& space,
                                    const typename FreeSpace<kNumCoefficients<L>>::Small& phi,
                                    const FitOptions& options,
                                    std::vector<std::string>* at_bound = nullptr) {
  const auto theta = space.expand(phi);
  std::vector<double> out;
  for (std::size_t p = 0; p < coefficients_of(law).size(); ++p) {
    const CoefficientInfo& c = coefficients_of(law)[p];
    const bool free = space.entry[p] >= 0;
    const Eigen::Index e = free ? space.entry[p] : 0;
    // A round trip over the logarithm must not cost a bound or a given number its last digit.
    double value = std::clamp(from_axis(c, theta[p]), c.lower, c.upper);
    if (free && (phi[e] <= space.lower[e] || phi[e] >= space.upper[e])) {
      if (at_bound != nullptr) at_bound->emplace_back(c.name);
      value = phi[e] <= space.lower[e] ? c.lower : c.upper;
    }
    if (const auto given = options.fixed.find(std::string(c.name)); given != options.fixed.end()) {
      value = given->second;
    }
    out.push_back(value);
  }
  return out;
}

}  // namespace isoflop
