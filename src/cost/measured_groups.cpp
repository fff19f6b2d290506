#include "isoflop/cost/measured_groups.hpp"

#include <algorithm>

namespace isoflop {

std::vector<MeasuredGroup> measured_groups(const CostTable& table) {
  std::vector<MeasuredGroup> out;
  std::vector<std::vector<CostRow>> rows;  // of each group
  if (table.source != CostSource::kMeasured) return out;
  for (const CostRow& row : table.rows) {
    if (!row.graph) continue;
    const auto group = std::find_if(out.begin(), out.end(), [&](const MeasuredGroup& x) {
      return x.backend == row.backend && x.routing == row.routing && x.regime == row.regime &&
             x.capacity_factor == row.capacity_factor;
    });
    const auto place = static_cast<std::size_t>(group - out.begin());
    if (group == out.end()) {
      out.push_back({row.backend, row.routing, row.regime, row.capacity_factor, {}});
      rows.emplace_back();
    }
    rows[place].push_back(row);
  }
  for (std::size_t i = 0; i < out.size(); ++i) out[i].reports = report_cost_models(rows[i]);
  return out;
}

}  // namespace isoflop
