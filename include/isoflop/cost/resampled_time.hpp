/// The noise of a median: what another set of samples like these would have given.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "isoflop/core/interval.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/cost/cost_table.hpp"

namespace isoflop {

/// The median of as many samples, drawn with replacement from those of the row; its time where it
/// has none.
inline double resampled_time_s(const CostRow& row, Random& random) {
  if (row.samples_s.empty()) return row.time_s;
  std::vector<double> drawn(row.samples_s.size());
  for (double& x : drawn) x = row.samples_s[random.below(drawn.size())];
  // Only the one or two in the middle need their places.
  const auto middle = drawn.begin() + static_cast<std::ptrdiff_t>((drawn.size() - 1) / 2);
  std::nth_element(drawn.begin(), middle, drawn.end());
  if (drawn.size() % 2 == 0) std::iter_swap(middle + 1, std::min_element(middle + 1, drawn.end()));
  const std::size_t count = drawn.size() % 2 == 0 ? 2 : 1;
  return sample_quantile(std::span<const double>(&*middle, count), 0.5);
}

}  // namespace isoflop
