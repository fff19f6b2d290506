#include "isoflop/cost/series.hpp"

#include <algorithm>
#include <cmath>

#include "isoflop/cost/moe_work.hpp"

namespace isoflop {
namespace {

bool near(double a, double b) { return std::abs(a - b) <= 1e-9 * std::abs(a); }

bool belongs(const CostRow& a, const CostRow& b) {
  const ExpertLayer &x = a.layer.experts, &y = b.layer.experts;
  return a.backend == b.backend && a.routing == b.routing && a.seed == b.seed &&
         a.regime == b.regime && a.graph == b.graph && a.checked == b.checked &&
         a.capacity_factor == b.capacity_factor && a.layer.tokens == b.layer.tokens &&
         a.layer.d_model == b.layer.d_model && a.layer.activation == b.layer.activation &&
         a.layer.renormalize == b.layer.renormalize && x.d_ff == y.d_ff &&
         near(x.expansion(), y.expansion()) && near(x.k0(), y.k0());
}

}  // namespace

const CostRow* CostSeries::find(const ExpertLayer& experts, Pass pass, Stage stage) const {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const CostRow* row) {
    return row->layer.experts == experts && row->pass == pass && row->stage == stage;
  });
  return found == rows.end() ? nullptr : *found;
}

bool CostSeries::has_stages() const {
  return std::any_of(rows.begin(), rows.end(),
                     [](const CostRow* row) { return row->stage != Stage::kWhole; });
}

std::vector<CostSeries> series_of(const CostTable& table) {
  std::vector<CostSeries> out;
  for (const CostRow& row : table.rows) {
    auto series = std::find_if(out.begin(), out.end(),
                               [&](const CostSeries& x) { return belongs(x.first(), row); });
    if (series == out.end()) series = out.insert(out.end(), CostSeries{});
    series->rows.push_back(&row);
    std::vector<ExpertLayer>& layers = series->layers;
    if (std::find(layers.begin(), layers.end(), row.layer.experts) == layers.end()) {
      layers.push_back(row.layer.experts);
    }
  }
  for (CostSeries& series : out) {
    std::sort(series.layers.begin(), series.layers.end(),
              [](const ExpertLayer& a, const ExpertLayer& b) {
                return a.granularity() < b.granularity();
              });
  }
  return out;
}

double expert_flops_per_s(const CostRow& row) {
  if (row.stage != Stage::kWhole) return kNotMeasured;
  return expert_flops(size_of(row.layer), row.pass) / row.time_s;
}

double model_flops_utilisation(const CostRow& row, double peak_flops_per_s) {
  return expert_flops_per_s(row) / peak_flops_per_s;
}

double bytes_per_s(const CostRow& row) { return row.bytes / row.time_s; }

}  // namespace isoflop
