/// The noise of a median: what another set of samples like these would have given.
#pragma once

#include <algorithm>
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
  std::sort(drawn.begin(), drawn.end());
  return sample_quantile(drawn, 0.5);
}

}  // namespace isoflop
