#include "isoflop/text/show.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include "isoflop/io/number.hpp"
#include "isoflop/io/units.hpp"
#include "isoflop/shape/flop_count.hpp"
#include "isoflop/text/cost_table.hpp"
#include "isoflop/text/grid.hpp"

namespace isoflop::text {
namespace {

using app::TextGrid;

std::string name_of(const MeasuredGroup& x) {
  return x.backend + ", " + x.routing + ", " + std::string(to_string(x.regime)) +
         (x.capacity_factor > 0.0 ? ", capacity " + format_number(x.capacity_factor) : "");
}

std::string error_text(const ModelError& error) {
  if (error.num_rows == 0) return "-";
  return share_text(error.median) + " (" + share_text(error.largest) + ")";
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

/// Errors of the cost model per backend and pass; "" for a roofline and where too few layers were
/// measured.
std::string describe_cost_models(const api::ShowOutcome& outcome) {
  TextGrid errors({0, 1});
  errors.add({"", "pass", "layers", "of the fit", "finest G left out", "each layer left out"});
  bool any = false;
  for (const MeasuredGroup& group : outcome.groups) {
    std::string name = name_of(group);
    for (const CostModelReport& report : group.reports) {
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

/// c_r over series and granularity with intervals, of graphs alone, and the headline, which is of a
/// graph where one was timed; "" where nothing can be said.
std::string describe_router_costs(const api::ShowOutcome& outcome) {
  std::vector<RouterCost> costs = outcome.router_costs;
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
  std::string out =
      "c_r of this " +
      std::string(outcome.table.source == CostSource::kMeasured ? "GPU" : "roofline") +
      ", in FLOPs per element of d_model x experts; the paper counts " +
      std::to_string(kPaperRouterCost) + " everywhere\n" + grid.text("  ");
  if (const auto& headline = outcome.headline; headline && headline->graph) {
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

}  // namespace

std::string show(const api::ShowOutcome& outcome) {
  std::string out = describe_cost_table(outcome.table);
  for (const std::string& part : {describe_cost_models(outcome), describe_router_costs(outcome)}) {
    if (!part.empty()) out += "\n" + part;
  }
  return out;
}

}  // namespace isoflop::text
