// Compute-optimal size, tokens and granularity over budgets, each with the 95 % interval of the
// law's draws, the runs as points at what they cost, what they cover shaded, and plans that were
// asked for as stars. Of a plan's JSON the planner's request is asked again over a range of
// budgets; a frontier's own plans are drawn as they are.
#include "isoflop/api/frontier.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>

#include "api/frontier_fields.hpp"
#include "api/pictures/json_numbers.hpp"
#include "api/pictures/law_runs.hpp"
#include "api/plan_fields.hpp"
#include "api/plan_json.hpp"
#include "api/plan_problem.hpp"
#include "api/planner_choice.hpp"
#include "api/progress.hpp"
#include "io/json_file.hpp"
#include "isoflop/api/plan.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/io/whole_file.hpp"
#include "isoflop/plan/plan_doubts.hpp"
#include "isoflop/plan/plan_draws.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kNumPlans = 41;

/// What is drawn: plans as an outcome's JSON has them, and what the runs behind the law say.
struct FrontierParts {
  std::string name;              ///< of the law
  Json curve = Json::array();    ///< plans in rising order of budgets
  Json targets = Json::array();  ///< plans to be marked
  std::vector<std::pair<double, double>>
      switches;  ///< budgets, and the G that is best from there on
  std::optional<PlanProblem> problem;
  std::optional<LawRuns> law;
};

/// The law that an outcome was made with, with its runs where its file has them.
std::optional<LawRuns> named_law(const std::string& name) {
  if (!is_regular_file(name)) return std::nullopt;
  return read_law_runs({detail::read_json_file(name), name});
}

/// FLOPs of each run [num_runs] as the problem counts them, and its active parameters; empty where
/// that does not follow from what the law says of N.
struct RunCosts {
  std::vector<double> flops, n_active;
};
RunCosts costs_of(const PlanProblem& problem, const LawRuns& law) {
  RunCosts out;
  if (law.num_runs() == 0 || !law.facts().has(Variable::kN) || !law.facts().has(Variable::kD))
    return out;
  const RunCost cost(problem);
  const bool has_g = law.facts().has(Variable::kG);
  for (std::size_t i = 0; i < law.num_runs(); ++i) {
    const double n = law.runs.column(Variable::kN)[i];
    out.n_active.push_back(cost.n_active(n));
    out.flops.push_back(law.runs.column(Variable::kD)[i] *
                        cost.flops_per_token(n, has_g ? law.runs.column(Variable::kG)[i] : 1.0));
  }
  return out;
}

/// What the law's ranges say of 6 N D, for a law without runs.
std::optional<std::pair<double, double>> covered_compute(const PlanProblem& problem) {
  const Ranges& ranges = problem.law.ranges;
  const double per_active = n_law_per_active(problem);
  if (ranges.n_times_d)
    return std::pair{6.0 * ranges.n_times_d->low / per_active,
                     6.0 * ranges.n_times_d->high / per_active};
  const auto& n = ranges[Variable::kN];
  const auto& d = ranges[Variable::kD];
  if (!n || !d) return std::nullopt;
  return std::pair{6.0 * n->low * d->low / per_active, 6.0 * n->high * d->high / per_active};
}

class FrontierPicture {
 public:
  explicit FrontierPicture(FrontierParts parts) : parts_(std::move(parts)) {
    if (parts_.problem && parts_.law) {
      costs_ = costs_of(*parts_.problem, *parts_.law);
      if (!costs_.flops.empty()) {
        const auto [low, high] = std::minmax_element(costs_.flops.begin(), costs_.flops.end());
        covered_ = {*low, *high};
      }
    }
    if (!covered_ && parts_.problem) covered_ = covered_compute(*parts_.problem);
    for (const Json& plan : parts_.curve) budgets_.push_back(number_at(plan, "budget_flops"));
  }

  Figure figure() const {
    Figure out{"frontier", "What to train with a budget", words()};
    add(out, "n_active", {"active parameters", "", AxisScale::kLog}, Mark::kLine, costs_.n_active);
    const auto tokens = parts_.law ? parts_.law->runs.column(Variable::kD) : std::vector<double>{};
    add(out, "d_tokens", {"training tokens D", "", AxisScale::kLog}, Mark::kLine, tokens);
    const bool has_g = std::any_of(parts_.curve.begin(), parts_.curve.end(), [](const Json& p) {
      return std::isfinite(number_at(p, "granularity"));
    });
    const auto granularity =
        parts_.law ? parts_.law->runs.column(Variable::kG) : std::vector<double>{};
    if (has_g)
      add(out, "granularity", {"granularity G", "", AxisScale::kLog}, Mark::kSteps, granularity);
    return out;
  }

 private:
  /// Whether there is a plan for the budget, with numbers.
  static bool has_plan(const Json& plan) { return std::isfinite(number_at(plan, "n_active")); }

  static std::string plan_words(const Json& plan) {
    std::string out = "at " + in_words(number_at(plan, "budget_flops")) + " FLOPs " +
                      in_words(number_at(plan, "n_active"));
    const auto ends = [&](const char* key) {
      const auto [low, high] = interval_at(plan, key);
      return std::isfinite(low) ? " (95 %: " + in_words(low) + " to " + in_words(high) + ")"
                                : std::string();
    };
    out += " active parameters" + ends("n_active") + " on " +
           in_words(number_at(plan, "d_tokens")) + " tokens" + ends("d_tokens");
    if (std::isfinite(number_at(plan, "granularity")))
      out += " at G = " + in_words(number_at(plan, "granularity"));
    return out;
  }

  std::string words() const {
    std::string out, without;
    for (const Json& plan : parts_.targets) {
      if (has_plan(plan)) {
        out += (out.empty() ? "Best by " + parts_.name + ": " : "; ") + plan_words(plan);
      } else {
        without += (without.empty() ? " There is no plan for " : ", ") +
                   in_words(number_at(plan, "budget_flops"));
      }
    }
    if (out.empty()) {
      const auto last = std::find_if(parts_.curve.rbegin(), parts_.curve.rend(), has_plan);
      if (last == parts_.curve.rend())
        return "The law " + parts_.name + " has no plan for any of these budgets.";
      out = "Best by " + parts_.name + ": " + plan_words(*last);
    }
    out += "." + (without.empty() ? without : without + " FLOPs.");
    if (parts_.problem && parts_.problem->law.is_fit() &&
        parts_.problem->law.fit_status != "converged") {
      out += " The fit did not converge.";
    }
    out += doubt_words();
    if (covered_)
      out += " The runs behind the law reach " + in_words(covered_->second) +
             " FLOPs; beyond them it extrapolates.";
    return out;
  }

  /// Of the budgets whose plans the draws do not determine.
  std::string doubt_words() const {
    const auto doubted = [](const Json& plan) {
      return plan.value("status", "") == "undetermined";
    };
    const auto first = std::find_if(parts_.curve.begin(), parts_.curve.end(), doubted);
    if (first == parts_.curve.end()) return "";
    const std::string from = in_words(number_at(*first, "budget_flops"));
    return std::all_of(first, parts_.curve.end(), doubted)
               ? " From " + from + " FLOPs on the law's draws do not determine a plan."
               : " The law's draws do not determine all of these plans.";
  }

  void add(Figure& out, const char* key, Axis y, Mark mark,
           const std::vector<double>& of_runs) const {
    Panel panel;
    panel.row = out.panels.size();
    panel.x = {"training compute", "FLOPs", AxisScale::kLog};
    std::vector<double> x = budgets_, seen, ends;
    panel.covered_x = covered_;
    Series band{Mark::kBand, Role::kCurveBand, "95 % of the law's draws", budgets_};
    Series curve{mark, Role::kLaw, "best by the law", budgets_};
    for (const Json& plan : parts_.curve) {
      const auto [low, high] = interval_at(plan, key);
      band.low.push_back(low);
      band.high.push_back(high);
      curve.y.push_back(number_at(plan, key));
      seen.push_back(number_at(plan, key));
      ends.insert(ends.end(), {low, high});
    }
    if (mark == Mark::kSteps) follow_switches(curve);
    if (std::any_of(band.low.begin(), band.low.end(), [](double v) { return std::isfinite(v); }))
      panel.series.push_back(band);
    if (!costs_.flops.empty() && !of_runs.empty()) {
      Series runs{Mark::kPoints, Role::kData, "runs", costs_.flops, of_runs};
      runs.names = run_names(*parts_.law);
      panel.series.push_back(runs);
      seen.insert(seen.end(), of_runs.begin(), of_runs.end());
      x.insert(x.end(), costs_.flops.begin(), costs_.flops.end());
    }
    panel.series.push_back(curve);
    Series stars{Mark::kStars, Role::kTarget, parts_.targets.size() == 1 ? "the plan" : "plans"};
    for (const Json& plan : parts_.targets) {
      if (!has_plan(plan)) continue;
      stars.x.push_back(number_at(plan, "budget_flops"));
      stars.y.push_back(number_at(plan, key));
      stars.names.push_back(plan_words(plan));
      seen.push_back(stars.y.back());
      x.push_back(stars.x.back());
    }
    if (!stars.x.empty()) panel.series.push_back(stars);
    fit_axis(panel.x, x, 0.02);
    panel.y = std::move(y);
    fit_axis_to_intervals(panel.y, seen, ends, 0.06);
    if (mark == Mark::kSteps) powers_of_two(panel.y);
    out.panels.push_back(panel);
  }

  /// Steps at the budgets at which another G takes over, and not at the plans around them.
  void follow_switches(Series& curve) const {
    const auto is_there = [](double g) { return std::isfinite(g); };
    const auto first = std::find_if(curve.y.begin(), curve.y.end(), is_there);
    const auto last = std::find_if(curve.y.rbegin(), curve.y.rend(), is_there);
    if (parts_.switches.empty() || first == curve.y.end()) return;
    Series out = curve;
    out.x = {curve.x[static_cast<std::size_t>(first - curve.y.begin())]};
    out.y = {*first};
    for (const auto& [budget, g] : parts_.switches) {
      out.x.push_back(budget);
      out.y.push_back(g);
    }
    out.x.push_back(curve.x[static_cast<std::size_t>(curve.y.rend() - last) - 1]);
    out.y.push_back(*last);
    curve = out;
  }

  static void powers_of_two(Axis& axis) {
    axis.ticks.emplace();
    for (double g = 1.0; g <= axis.high; g *= 2.0) axis.ticks->push_back({g, human_number(g)});
  }

  FrontierParts parts_;
  RunCosts costs_;
  std::optional<std::pair<double, double>> covered_;
  std::vector<double> budgets_;
};

/// Both ends of the curve: those that were asked for, else around what the runs cover and what is
/// to be marked, in whole decades.
std::pair<double, double> ends_of(const PlanProblem& problem, const FigureRequest& request,
                                  const std::vector<double>& marked) {
  std::vector<double> inside = marked;
  if (const auto covered = covered_compute(problem)) {
    inside.insert(inside.end(), {covered->first, covered->second});
    // Where nothing is to be marked the curve goes on for two decades beyond the runs.
    if (marked.empty()) inside.push_back(100.0 * covered->second);
  } else if (!(request.from && request.to)) {
    throw InvalidArgument("from", "nothing says what the runs behind this law cover: give " +
                                      field("from") + " and " + field("to"));
  }
  const auto decade = [](double x) { return std::pow(10.0, x); };
  const auto [low, high] = std::minmax_element(inside.begin(), inside.end());
  return {request.from ? *request.from : decade(std::floor(std::log10(*low))),
          request.to ? *request.to : decade(std::ceil(std::log10(*high)))};
}

Json to_json(const PlanProblem& problem, const std::vector<Plan>& plans) {
  Json out = Json::array();
  const LawFacts facts = facts_of(problem.law.law);
  for (const Plan& plan : plans) out.push_back(plan_to_json(facts, plan));
  return out;
}

void add_curve(FrontierParts& parts, const FigureRequest& request, const Context& context) {
  if (!context.intervals) parts.problem->law.draws = {};
  std::vector<double> marked;
  for (const Json& plan : parts.targets) marked.push_back(number_at(plan, "budget_flops"));
  FrontierOptions options;
  std::tie(options.from, options.to) = ends_of(*parts.problem, request, marked);
  if (!(options.from < options.to)) {
    throw InvalidArgument("to", field("to") + " must be above " + field("from"));
  }
  options.num_points = kNumPlans;
  options.num_threads = context.num_threads;
  options.cancelled = context.cancelled;
  options.progress = progress_of(context, "draws");
  Frontier curve = isoflop::frontier(*parts.problem, options);
  add_doubts(curve.plans);
  parts.curve = to_json(*parts.problem, curve.plans);
  for (const GranularitySwitch& s : curve.switches)
    parts.switches.emplace_back(s.from_budget, s.granularity);
}

FrontierParts parts_of_law(const PictureInput& input, const FigureRequest& request,
                           const Context& context) {
  FrontierParts out;
  out.law = read_law_runs(input);
  LawChoice choice;
  choice.law = input.origin;
  choice.accept_unconverged = true;  // a picture is no plan; its words say it
  PlannerChoice planner;
  planner.law = choice;
  out.problem = pose(planner, load_law(choice, out.law->law));
  out.name = out.law->name;
  std::vector<Plan> plans;
  if (!request.flops.empty()) {
    std::vector<double> budgets = request.flops;
    std::sort(budgets.begin(), budgets.end());
    plans = plan_curve(*out.problem, budgets, context.cancelled);
    add_draws_to_curve(*out.problem, plans, context.num_threads, progress_of(context, "draws"));
    add_doubts(plans);
  }
  out.targets = to_json(*out.problem, plans);
  add_curve(out, request, context);
  return out;
}

void refuse_given(const PictureInput& input, const FigureRequest& request, bool ends_too) {
  const auto refuse = [&](std::string_view name) {
    throw InvalidArgument(name,
                          field(name) + " is for a law; " + input.origin + " has its budgets");
  };
  if (!request.flops.empty()) refuse("flops");
  if (ends_too && request.from) refuse("from");
  if (ends_too && request.to) refuse("to");
}

/// The law that a request names; a file's is called as it calls itself.
void settle_law(FrontierParts& out, const std::string& word) {
  out.law = named_law(word);
  out.name = out.law ? out.law->name : word;
}

FrontierParts parts_of_plan(const PictureInput& input, const FigureRequest& request,
                            const Context& context) {
  refuse_given(input, request, false);
  FrontierParts out;
  const PlanRequest asked = plan_request(input.json.at("request"));
  if (input.json.at("cost").value("accounting", "") == "time") {
    throw DataError(input.origin, "is a plan in time; a frontier is drawn over FLOPs");
  }
  require_recorded(input, asked);
  settle_law(out, asked.planner.law.law);
  std::vector<std::string> conversions;
  out.problem = pose(asked, load_law(asked.planner.law), conversions);
  out.targets = input.json.at("plans");
  add_curve(out, request, context);
  return out;
}

FrontierParts parts_of_frontier(const PictureInput& input, const FigureRequest& request) {
  refuse_given(input, request, true);
  FrontierParts out;
  const FrontierRequest asked = frontier_request(input.json.at("request"));
  require_recorded(input, asked);
  settle_law(out, asked.planner.law.law);
  out.problem = pose(asked.planner, load_law(asked.planner.law));
  out.curve = input.json.at("plans");
  for (const Json& s : input.json.at("switches"))
    out.switches.emplace_back(number_at(s, "from_flops"), number_at(s, "granularity"));
  return out;
}

Figure draw_frontier(const PictureInput& input, const FigureRequest& request,
                     const Context& context) {
  const std::string format = input.json["format"].get<std::string>();
  FrontierParts parts = format == kFrontierFormat ? parts_of_frontier(input, request)
                        : format == kPlanFormat   ? parts_of_plan(input, request, context)
                                                  : parts_of_law(input, request, context);
  return FrontierPicture(std::move(parts)).figure();
}

}  // namespace

Picture frontier_picture() {
  return {{"frontier",
           "compute-optimal size, tokens and granularity over budgets",
           {kLawFormat, kFirstLawFormat, kPlanFormat, kFrontierFormat}},
          draw_frontier,
          true};
}

}  // namespace isoflop::api
