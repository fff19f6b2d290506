#include "apps/isoflop-bench/text/cost_model.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <tuple>
#include <vector>

#include "apps/isoflop-bench/text/environment.hpp"
#include "apps/words/experts.hpp"
#include "isoflop/cost/choose_rows.hpp"
#include "isoflop/cost/cost_model.hpp"
#include "isoflop/cost/router_cost.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/shape/flop_count.hpp"
#include "isoflop/text/grid.hpp"

namespace isoflop::app {
namespace {

using Json = nlohmann::ordered_json;

/// Rows that one model is fitted to.
struct Group {
  std::string backend, routing;
  Regime regime;
  double capacity_factor;
  std::vector<CostRow> rows;
};

std::vector<Group> groups_of(const CostTable& table) {
  std::vector<Group> out;
  if (table.source != CostSource::kMeasured) return out;
  for (const CostRow& row : table.rows) {
    if (!row.graph) continue;
    auto group = std::find_if(out.begin(), out.end(), [&](const Group& x) {
      return x.backend == row.backend && x.routing == row.routing && x.regime == row.regime &&
             x.capacity_factor == row.capacity_factor;
    });
    if (group == out.end()) {
      out.push_back({row.backend, row.routing, row.regime, row.capacity_factor, {}});
      group = out.end() - 1;
    }
    group->rows.push_back(row);
  }
  return out;
}

std::string name_of(const Group& x) {
  return x.backend + ", " + x.routing + ", " + std::string(to_string(x.regime)) +
         (x.capacity_factor > 0.0 ? ", capacity " + format_number(x.capacity_factor) : "");
}

std::string error_text(const ModelError& error) {
  if (error.num_rows == 0) return "-";
  return share_text(error.median) + " (" + share_text(error.largest) + ")";
}

Json error_json(const ModelError& error) {
  auto number = [](double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); };
  return {{"rows", error.num_rows},
          {"median", number(error.median)},
          {"largest", number(error.largest)}};
}

/// Where c_r is one line: all but granularity.
auto series_key(const RouterCost& x) {
  const ExpertLayer& e = x.layer.experts;
  return std::tuple(x.backend, x.routing, x.regime, x.graph, x.capacity_factor, x.layer.tokens,
                    x.layer.d_model, e.d_ff, human_number(e.expansion()), human_number(e.k0()),
                    x.layer.activation);
}

std::string value_text(const RouterCost& x) {
  std::string out = digits_text(x.value);
  if (std::isfinite(x.interval.low)) {
    out += " +- " + digits_text((x.interval.high - x.interval.low) / 2.0);
  }
  return out;
}

}  // namespace

std::string describe_cost_models(const CostTable& table) {
  TextGrid errors({0, 1});
  errors.add({"", "pass", "layers", "of the fit", "finest G left out", "each layer left out"});
  bool any = false;
  for (const Group& group : groups_of(table)) {
    std::string name = name_of(group);
    for (const CostModelReport& report : report_cost_models(group.rows)) {
      if (report.in_sample.num_rows == 0) continue;
      errors.add({name, std::string(to_string(report.pass)),
                  std::to_string(report.in_sample.num_rows), error_text(report.in_sample),
                  error_text(report.finest), error_text(report.left_out)});
      name.clear();
      any = true;
    }
  }
  if (!any) return "";
  return "cost model, per stage: t = a + b experts + padded FLOPs / P + weight bytes / B_w + "
         "activation bytes / B_a\nmedian relative error (and the largest) of the times it tells\n" +
         errors.text("  ");
}

std::string describe_router_costs(const CostTable& table) {
  std::vector<RouterCost> costs = router_costs(table);
  std::erase_if(costs, [](const RouterCost& x) { return !x.graph; });
  if (costs.empty()) return "";
  std::vector<double> granularities;
  for (const RouterCost& x : costs) granularities.push_back(x.layer.experts.granularity());
  std::sort(granularities.begin(), granularities.end());
  granularities.erase(std::unique(granularities.begin(), granularities.end()), granularities.end());

  TextGrid grid({0});
  std::vector<std::string> head{""};
  for (const double g : granularities) head.push_back("G = " + human_number(g));
  grid.add(head);
  for (std::size_t i = 0; i < costs.size();) {
    const RouterCost& first = costs[i];
    const ExpertLayer& e = first.layer.experts;
    std::vector<std::string> cells{
        "d " + std::to_string(first.layer.d_model) + ", d_ff " + std::to_string(e.d_ff) + ", E " +
        human_number(e.expansion()) + ", T " + std::to_string(first.layer.tokens) + ", " +
        first.backend + ", " + first.routing + ", " + std::string(to_string(first.regime))};
    cells.resize(1 + granularities.size(), "-");
    for (; i < costs.size() && series_key(costs[i]) == series_key(first); ++i) {
      const auto column = std::find(granularities.begin(), granularities.end(),
                                    costs[i].layer.experts.granularity());
      cells[1 + static_cast<std::size_t>(column - granularities.begin())] = value_text(costs[i]);
    }
    grid.add(cells);
  }
  std::string out = "c_r of this " +
                    std::string(table.source == CostSource::kMeasured ? "GPU" : "roofline") +
                    ", in FLOPs per element of d_model x experts; the paper counts " +
                    std::to_string(kPaperRouterCost) + " everywhere\n" + grid.text("  ");
  if (const auto headline = headline_router_cost(costs)) {
    out += "c_r = " + digits_text(headline->value);
    if (std::isfinite(headline->interval.low)) {
      out += " (" + digits_text(headline->interval.low) + " to " +
             digits_text(headline->interval.high) + ")";
    }
    out += " at d 2048, E 64, T 16384, G 8, " + headline->backend + "; the paper's is " +
           std::to_string(kPaperRouterCost) + "\n";
  }
  return out;
}

nlohmann::ordered_json findings_to_json(const CostTable& table) {
  Json models = Json::array(), costs = Json::array();
  for (const Group& group : groups_of(table)) {
    for (const CostModelReport& report : report_cost_models(group.rows)) {
      models.push_back({{"backend", report.backend},
                        {"routing", group.routing},
                        {"regime", to_string(group.regime)},
                        {"capacity_factor", group.capacity_factor},
                        {"pass", to_string(report.pass)},
                        {"in_sample", error_json(report.in_sample)},
                        {"finest_left_out", error_json(report.finest)},
                        {"each_left_out", error_json(report.left_out)}});
    }
  }
  const std::vector<RouterCost> all = router_costs(table);
  auto cost_json = [](const RouterCost& x) {
    Json out{{"c_r", x.value},
             {"tokens", x.layer.tokens},
             {"d_model", x.layer.d_model},
             {"experts", experts_to_json(x.layer.experts)},
             {"activation", to_string(x.layer.activation)},
             {"backend", x.backend},
             {"routing", x.routing},
             {"regime", to_string(x.regime)},
             {"graph", x.graph},
             {"time_s", x.time_s},
             {"coarsest_time_s", x.coarsest_time_s}};
    out["interval"] =
        std::isfinite(x.interval.low) ? Json{x.interval.low, x.interval.high} : Json(nullptr);
    return out;
  };
  for (const RouterCost& x : all) costs.push_back(cost_json(x));
  const auto headline = headline_router_cost(all);
  return {{"format", "isoflop.show/1"},
          {"source", kCostSourceNames[static_cast<std::size_t>(table.source)]},
          {"gpu_name", table.environment.gpu_name},
          {"cost_models", models},
          {"paper_c_r", kPaperRouterCost},
          {"headline_c_r", headline ? cost_json(*headline) : Json(nullptr)},
          {"c_r", costs}};
}

}  // namespace isoflop::app
