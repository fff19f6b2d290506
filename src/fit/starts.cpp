#include "fit/starts.hpp"

#include <algorithm>
#include <cmath>

#include "isoflop/core/random.hpp"

namespace isoflop {
namespace {

bool has_grid_of_starts(const LawFacts& law) {
  return std::none_of(law.coefficients.begin(), law.coefficients.end(),
                      [](const CoefficientInfo& c) { return c.start_levels < 2; });
}

/// The start at this share of the box of coefficient p, which the spread widens around its centre.
double start_at(const LawFacts& law, std::size_t p, double spread, double share) {
  const CoefficientInfo& c = law.coefficients[p];
  const double sum = c.start_low + c.start_high, width = spread * (c.start_high - c.start_low);
  // The last digits of a fit hang on its starts, so that it is said here, and not left to the
  // compiler, which product is rounded: none for a law that ships, that with the width for a
  // formula. Fits that are written down were made so.
  const bool is_formula = law.theta_size > law.coefficients.size();
  return is_formula ? std::fma(0.5, sum, (share - 0.5) * width)
                    : std::fma(share - 0.5, width, 0.5 * sum);
}

std::vector<std::vector<double>> grid_of_starts(const LawFacts& law, double spread) {
  const std::size_t size = law.coefficients.size();
  std::vector<std::vector<double>> out;
  std::vector<int> level(size);
  for (std::size_t carry = 0; carry < size;) {
    std::vector<double>& theta = out.emplace_back(law.theta_size);
    for (std::size_t p = 0; p < size; ++p) {
      const int last = law.coefficients[p].start_levels - 1;
      theta[p] = start_at(law, p, spread, static_cast<double>(level[p]) / last);
    }
    for (carry = 0; carry < size && ++level[carry] == law.coefficients[carry].start_levels;
         ++carry) {
      level[carry] = 0;
    }
  }
  return out;
}

}  // namespace

std::vector<std::vector<double>> starts(const LawFacts& law, const FitOptions& options) {
  if (has_grid_of_starts(law) && !options.num_starts) {
    return grid_of_starts(law, options.start_spread);
  }
  Random random(options.seed);
  std::vector<std::vector<double>> out(options.num_starts.value_or(kDefaultNumStarts),
                                       std::vector<double>(law.theta_size, 0.0));
  for (std::vector<double>& theta : out) {
    // A number for every place of theta, so that a formula starts where it always did.
    for (std::size_t p = 0; p < theta.size(); ++p) {
      const double share = random.uniform();
      if (p >= law.coefficients.size()) continue;
      theta[p] = start_at(law, p, options.start_spread, share);
    }
  }
  return out;
}

std::vector<CoefficientVector> free_starts(const LawFacts& law, const FitOptions& options,
                                           const FreeSpace& space) {
  std::vector<CoefficientVector> out;
  for (const std::vector<double>& theta : starts(law, options)) out.push_back(space.gather(theta));
  auto less = [](const CoefficientVector& a, const CoefficientVector& b) {
    return std::lexicographical_compare(a.data(), a.data() + a.size(), b.data(),
                                        b.data() + b.size());
  };
  const std::size_t all = out.size();
  std::vector<CoefficientVector> distinct = out;
  std::sort(distinct.begin(), distinct.end(), less);
  distinct.erase(
      std::unique(distinct.begin(), distinct.end(),
                  [](const CoefficientVector& a, const CoefficientVector& b) { return a == b; }),
      distinct.end());
  return distinct.size() == all ? out : distinct;
}

}  // namespace isoflop
