// The loss over granularity: of one model trained at every G for the same cost, by FLOPs and by
// time; or of a plan, whose budget is spent at every G, with the share of the law's draws that
// choose it.
#include "isoflop/api/granularity.hpp"

#include <algorithm>

#include "api/pictures/json_numbers.hpp"
#include "api/pictures/law_runs.hpp"
#include "api/plan_fields.hpp"
#include "api/plan_problem.hpp"
#include "api/planner_choice.hpp"
#include "isoflop/api/plan.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/plan/plan_law.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

namespace {

/// An axis with a tick at each of these granularities.
Axis granularity_axis(const std::vector<double>& values) {
  Axis out{"granularity G", "", AxisScale::kLog};
  fit_axis(out, values);
  out.ticks.emplace();
  for (const double g : values) out.ticks->push_back({g, in_words(g)});
  return out;
}

Figure of_one_model(const Json& json) {
  Figure out{"granularity", "One model at every granularity, for the same cost", ""};
  const Json& reference = json.at("reference");
  Panel panel;
  std::vector<double> granularities, losses;
  Series best{Mark::kStars, Role::kTarget, "best"};
  for (const Json& column : json.at("columns")) {
    const std::string by = column.at("by").get<std::string>();
    Series line{Mark::kLine, alternative(panel.series.size() / 2),
                by == "FLOPs" ? "the same FLOPs" : "the same time, " + by};
    Series points{Mark::kPoints, line.role, ""};
    for (const Json& run : column.at("runs")) {
      const double g = number_at(run, "granularity"), loss = number_at(run, "loss");
      line.x.push_back(g);
      line.y.push_back(loss);
      std::string name = "G " + in_words(g) + ": D " + in_words(number_at(run, "d_tokens")) +
                         ", loss " + in_words(loss);
      if (run.value("extrapolates_time", false)) name += "; its layer lies beyond the cost table";
      points.names.push_back(name);
      if (g == number_at(column, "best_granularity")) {
        best.x.push_back(g);
        best.y.push_back(loss);
        out.description += (out.description.empty() ? "Best for " : ", for ") + line.label +
                           ": G = " + in_words(g);
      }
    }
    points.x = line.x;
    points.y = line.y;
    if (line.x.size() > granularities.size()) granularities = line.x;
    losses.insert(losses.end(), line.y.begin(), line.y.end());
    panel.series.push_back(line);
    panel.series.push_back(points);
  }
  out.description += "; " + in_words(number_at(json, "n_active")) +
                     " active parameters, and the cost of " +
                     in_words(number_at(reference, "d_tokens")) +
                     " tokens at G = " + in_words(number_at(reference, "granularity")) + ".";
  panel.series.push_back(best);
  panel.x = granularity_axis(granularities);
  panel.y = {"loss", "", AxisScale::kLog};
  fit_axis(panel.y, losses);
  out.panels = {panel};
  return out;
}

/// The best run of a budget at each power of two.
std::vector<Plan> at_every_g(const PlanProblem& problem, double budget) {
  std::vector<Plan> out;
  PlanProblem fixed = problem;
  fixed.search.search = GranularitySearch::kFixed;
  for (double g = 1.0; g <= problem.search.max_granularity; g *= 2.0) {
    fixed.search.granularity = g;
    const Plan plan = plan_law(fixed, {budget}).front();
    if (plan.usable()) out.push_back(plan);
  }
  return out;
}

Figure of_plan(const PictureInput& input) {
  const Json& json = input.json;
  if (json.at("cost").value("accounting", "") == "time") {
    throw DataError(input.origin, "is a plan in time; 'granularity' of isoflop compares G by time");
  }
  const PlanRequest asked = plan_request(json.at("request"));
  require_recorded(input, asked);
  std::vector<std::string> conversions;
  const PlanProblem problem = pose(asked, load_law(asked.planner.law), conversions);
  if (!has_granularity(problem.law))
    throw DataError(input.origin, "is the plan of a law without a granularity");
  Figure out{"granularity", "The loss of a plan at every granularity", ""};
  for (const Json& plan : json.at("plans")) {
    if (std::isnan(number_at(plan, "granularity"))) continue;
    const double budget = number_at(plan, "budget_flops"), chosen = number_at(plan, "granularity");
    std::vector<Plan> all = at_every_g(problem, budget);
    // Two octaves beyond the finest that anybody would choose.
    const Json none;
    const Json& chances =
        plan.contains("granularity_frequency") ? plan["granularity_frequency"] : none;
    double finest = chosen;
    for (const auto& item : chances.items())
      finest = std::max(finest, parse_number(item.key()).value_or(0.0));
    std::erase_if(all, [&](const Plan& p) { return p.granularity > 8.0 * finest; });
    Panel panel;
    panel.column = out.panels.empty() ? 0 : out.panels.back().column + 1;
    panel.title = "C = " + in_words(budget);
    Series line{Mark::kLine, Role::kLaw, "best of this budget at each G"},
        points{Mark::kPoints, Role::kLaw, ""};
    Series bars{Mark::kBars, Role::kDraws, "share of the law's draws that choose it"};
    std::vector<double> granularities;
    for (const Plan& p : all) {
      granularities.push_back(p.granularity);
      line.x.push_back(p.granularity);
      line.y.push_back(p.loss);
      points.names.push_back("G " + in_words(p.granularity) + ": N active " + in_words(p.n_active) +
                             ", D " + in_words(p.d_tokens) + ", loss " + in_words(p.loss));
    }
    points.x = line.x;
    points.y = line.y;
    Series star{Mark::kStars, Role::kTarget, "the plan", {chosen}, {number_at(plan, "loss")}};
    panel.x = granularity_axis(granularities);
    panel.y = {"loss", "", AxisScale::kLog};
    fit_axis(panel.y, line.y);
    panel.series = {line, points, star};
    out.panels.push_back(panel);
    std::string chance;
    if (chances.is_object()) {
      Panel below;
      below.row = 1;
      below.column = panel.column;
      below.x = panel.x;
      below.y = {"share of the draws", "%", AxisScale::kLinear, 0.0, 105.0};
      for (const double g : granularities) {
        bars.x_edges.push_back(g / std::sqrt(2.0));
        const std::string key = format_number(g);
        bars.y.push_back(chances.contains(key) ? 100.0 * number_at(chances, key.c_str()) : 0.0);
        bars.names.push_back("G " + in_words(g) + ": " + in_words(bars.y.back()) +
                             " % of the draws");
        if (g == chosen) chance = ", the choice of " + in_words(bars.y.back()) + " % of the draws";
      }
      bars.x_edges.push_back(granularities.back() * std::sqrt(2.0));
      below.series = {bars};
      out.panels.push_back(below);
    }
    out.description += (out.description.empty() ? "At " : "; at ") + in_words(budget) +
                       " FLOPs G = " + in_words(chosen) + chance;
  }
  if (out.panels.empty())
    throw DataError(input.origin, "has no plan whose granularity could be shown");
  out.description += ".";
  return out;
}

Figure draw_granularity(const PictureInput& input, const FigureRequest&, const Context&) {
  const bool is_plan = input.json["format"].get<std::string>() == kPlanFormat;
  return is_plan ? of_plan(input) : of_one_model(input.json);
}

}  // namespace

Picture granularity_picture() {
  return {{"granularity",
           "the loss over granularity, and how probable each is",
           {kPlanFormat, kGranularityFormat}},
          draw_granularity};
}

}  // namespace isoflop::api
