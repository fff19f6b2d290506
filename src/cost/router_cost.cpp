#include "isoflop/cost/router_cost.hpp"

#include <array>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "isoflop/cost/choose_rows.hpp"
#include "isoflop/cost/resampled_time.hpp"

namespace isoflop {
namespace {

/// A time and draws of it [num_draws], none where nothing was sampled.
struct Tau {
  double time_s = 0.0;
  std::vector<double> draws;
};

/// The rows of one layer: forward, backward, both.
using PassRows = std::array<const CostRow*, 3>;

auto series_key(const CostRow& row) {
  const ExpertLayer& x = row.layer.experts;
  return std::make_tuple(row.backend, row.routing, row.regime, row.graph, row.capacity_factor,
                         row.layer.tokens, row.layer.d_model, x.d_ff,
                         x.num_experts * x.expert_width, x.top_k * x.expert_width,
                         row.layer.activation, row.layer.renormalize);
}

std::optional<Tau> tau_of(const PassRows& passes, int num_draws, Random& random) {
  const auto& [forward, backward, both] = passes;
  std::vector<const CostRow*> rows;
  if (both != nullptr) {
    rows = {both};
  } else if (forward != nullptr && backward != nullptr) {
    rows = {forward, backward};
  } else {
    return std::nullopt;
  }
  Tau out;
  for (const CostRow* row : rows) {
    out.time_s += row->time_s;
    if (row->samples_s.empty()) continue;
    out.draws.resize(static_cast<std::size_t>(num_draws), 0.0);
    for (double& draw : out.draws) draw += resampled_time_s(*row, random);
  }
  return out;
}

double reference_flops_per_s(const CostTable& table) {
  return table.source == CostSource::kMeasured ? table.peaks.gemm_flops_per_s
                                               : table.peaks.spec_flops_per_s;
}

RouterCost router_cost(const CostRow& row, const Tau& coarse, const Tau& fine, double reference,
                       double level) {
  const double tokens = static_cast<double>(row.layer.tokens);
  const double d = static_cast<double>(row.layer.d_model);
  const double expansion = row.layer.experts.expansion();
  const double granularity = row.layer.experts.granularity();
  const double unit = reference / (tokens * d * expansion * (granularity - 1.0));
  RouterCost out;
  out.layer = row.layer;
  out.backend = row.backend;
  out.routing = row.routing;
  out.regime = row.regime;
  out.graph = row.graph;
  out.capacity_factor = row.capacity_factor;
  out.is_dropless = is_dropless(row);
  out.time_s = fine.time_s;
  out.coarsest_time_s = coarse.time_s;
  out.value = (fine.time_s - coarse.time_s) * unit;
  std::vector<double> draws;
  if (coarse.draws.size() == fine.draws.size()) {
    for (std::size_t i = 0; i < fine.draws.size(); ++i) {
      draws.push_back((fine.draws[i] - coarse.draws[i]) * unit);
    }
  }
  out.interval = percentile_interval(draws, level);
  return out;
}

}  // namespace

std::vector<RouterCost> router_costs(const CostTable& table, const RouterCostOptions& options) {
  std::vector<RouterCost> out;
  const double reference = reference_flops_per_s(table);
  if (std::isnan(reference)) return out;
  // By series, then granularity. Of rows that say the same twice the later one counts.
  std::map<decltype(series_key(std::declval<CostRow>())), std::map<double, PassRows>> series;
  for (const CostRow& row : table.rows) {
    if (row.stage != Stage::kWhole) continue;
    series[series_key(row)][row.layer.experts.granularity()][static_cast<std::size_t>(row.pass)] =
        &row;
  }
  Random random(options.seed);
  for (const auto& [key, layers] : series) {
    const auto first = layers.find(1.0);
    if (first == layers.end()) continue;
    const std::optional<Tau> coarse = tau_of(first->second, options.num_draws, random);
    if (!coarse) continue;
    for (const auto& [granularity, passes] : layers) {
      if (!(granularity > 1.0)) continue;
      const std::optional<Tau> fine = tau_of(passes, options.num_draws, random);
      if (!fine) continue;
      const CostRow& row = *(passes[2] != nullptr ? passes[2] : passes[0]);
      out.push_back(router_cost(row, *coarse, *fine, reference, options.level));
    }
  }
  return out;
}

std::optional<RouterCost> headline_router_cost(const std::vector<RouterCost>& costs) {
  std::optional<RouterCost> best;
  auto rank = [](const RouterCost& x) {
    return std::make_tuple(!x.graph, x.routing != "multinomial", x.time_s);
  };
  for (const RouterCost& x : costs) {
    const ExpertLayer& e = x.layer.experts;
    const bool asked = x.layer.tokens == 16384 && x.layer.d_model == 2048 && e.num_experts == 512 &&
                       e.granularity() == 8.0 && e.k0() == 1.0 && x.regime == Regime::kSustained &&
                       x.is_dropless;
    if (asked && (!best || rank(x) < rank(*best))) best = x;
  }
  return best;
}

}  // namespace isoflop
