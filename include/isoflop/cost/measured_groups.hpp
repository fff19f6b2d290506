/// Rows of a table that one cost model may be fitted to, and how well it tells their times.
#pragma once

#include <string>
#include <vector>

#include "isoflop/cost/cost_model.hpp"
#include "isoflop/cost/cost_table.hpp"

namespace isoflop {

struct MeasuredGroup {
  std::string backend, routing;
  Regime regime = Regime::kSustained;
  double capacity_factor = 0.0;
  std::vector<CostModelReport> reports;  ///< one per pass that was measured as a whole
};

/// Rows launched as graphs, by what ran them, in the order of their first rows; none of a roofline.
std::vector<MeasuredGroup> measured_groups(const CostTable& table);

}  // namespace isoflop
