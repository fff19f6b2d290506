/// Where a fit begins: the law's grid if it has one (Hoffmann et al. 2022 use 4,500 points), else a
/// seeded uniform sample of the law's box of starts.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "isoflop/core/random.hpp"
#include "isoflop/fit/free_space.hpp"

namespace isoflop {

/// Size of the sample where a law has no grid and the caller does not say.
inline constexpr std::size_t kDefaultNumStarts = 1000;

template <Law L>
constexpr bool has_grid_of_starts(const L& law) {
  for (const CoefficientInfo& c : coefficients_of(law)) {
    if (c.start_levels < 2) return false;
  }
  return true;
}

/// Starts theta [P] on the optimiser's axis, the same for the same options.
template <Law L>
std::vector<std::array<double, kNumCoefficients<L>>> starts(const L& law,
                                                            const FitOptions& options) {
  constexpr std::size_t kP = kNumCoefficients<L>;
  std::vector<std::array<double, kP>> out;
  auto at = [&](const CoefficientInfo& c, double share) {
    const double centre = 0.5 * (c.start_low + c.start_high);
    const double width = options.start_spread * (c.start_high - c.start_low);
    return centre + (share - 0.5) * width;
  };
  if (has_grid_of_starts(law) && !options.num_starts) {
    std::array<int, kP> level{};
    for (std::size_t carry = 0; carry < kP;) {
      std::array<double, kP>& theta = out.emplace_back();
      for (std::size_t p = 0; p < kP; ++p) {
        const CoefficientInfo& c = coefficients_of(law)[p];
        theta[p] = at(c, static_cast<double>(level[p]) / (c.start_levels - 1));
      }
      for (carry = 0; carry < kP && ++level[carry] == coefficients_of(law)[carry].start_levels;
           ++carry) {
        level[carry] = 0;
      }
    }
    return out;
  }
  Random random(options.seed);
  out.resize(options.num_starts.value_or(kDefaultNumStarts));
  for (auto& theta : out) {
    for (std::size_t p = 0; p < kP; ++p) theta[p] = at(coefficients_of(law)[p], random.uniform());
  }
  return out;
}

/// The same starts in the free directions; tied coefficients begin at their mean. Where
/// coefficients are fixed or tied, grid points that coincide are kept once.
template <Law L>
std::vector<typename FreeSpace<kNumCoefficients<L>>::Small> free_starts(
    const L& law, const FitOptions& options, const FreeSpace<kNumCoefficients<L>>& space) {
  using Small = typename FreeSpace<kNumCoefficients<L>>::Small;
  std::vector<Small> out;
  for (const auto& theta : starts(law, options)) out.push_back(space.gather(theta));
  auto less = [](const Small& a, const Small& b) {
    return std::lexicographical_compare(a.data(), a.data() + a.size(), b.data(),
                                        b.data() + b.size());
  };
  const std::size_t all = out.size();
  std::vector<Small> distinct = out;
  std::sort(distinct.begin(), distinct.end(), less);
  distinct.erase(std::unique(distinct.begin(), distinct.end(),
                             [](const Small& a, const Small& b) { return a == b; }),
                 distinct.end());
  return distinct.size() == all ? out : distinct;
}

}  // namespace isoflop
