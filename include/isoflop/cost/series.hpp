/// A cost table as series: layers that differ by granularity alone, run in the same way.
#pragma once

#include <vector>

#include "isoflop/cost/cost_table.hpp"

namespace isoflop {

struct CostSeries {
  std::vector<ExpertLayer> layers;   ///< by growing granularity
  std::vector<const CostRow*> rows;  ///< of the table, all passes and stages

  const CostRow& first() const { return *rows.front(); }
  /// nullptr where the table has none.
  const CostRow* find(const ExpertLayer& experts, Pass pass, Stage stage = Stage::kWhole) const;
  bool has_stages() const;
};

/// In the order of their first rows. The table has to outlive them.
std::vector<CostSeries> series_of(const CostTable& table);

/// FLOPs of the experts alone (6 T K d n forward for SwiGLU) over the time of the row, which is
/// that of the whole layer, router and moves of rows included. NaN for a stage.
double expert_flops_per_s(const CostRow& row);

/// The same over a peak; NaN where that is not known.
double model_flops_utilisation(const CostRow& row, double peak_flops_per_s);

/// Least bytes of the row over its time.
double bytes_per_s(const CostRow& row);

}  // namespace isoflop
