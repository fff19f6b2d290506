// The law through its runs: over compute with a curve for each of a few sizes, and over size with a
// curve for each of a few budgets (isoFLOP curves), whose lowest points are the law's optima.
// Compute is 6 N D with N as the law counts it. A law without both N and D is drawn over its first
// variable with curves for the second. What else a law has is held at one value; runs at others are
// hollow.
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "api/pictures/law_runs.hpp"
#include "api/planner_choice.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/log_losses.hpp"
#include "isoflop/plan/frontier.hpp"
#include "isoflop/plan/plan_fault.hpp"
#include "isoflop/plan/plan_law.hpp"

namespace isoflop::api {
namespace {

constexpr std::size_t kNumCurves = 5, kNumPoints = 80, kCrowd = 400;

using Values = std::array<double, kNumVariables>;

class LossPicture {
 public:
  explicit LossPicture(LawRuns law, const std::string& origin)
      : law_(std::move(law)), facts_(law_.facts()) {
    if (law_.num_runs() == 0) stand_in(origin);
    hold_others();
    settle_cost();
  }

  Figure figure() const {
    Figure out{"loss",
               "The " + std::string(facts_.target.key) + " of the runs, and the law through them",
               words()};
    if (is_over_compute()) {
      const bool on_size_axis = true;
      out.panels.push_back(panel(law_.runs.column(Variable::kN), compute(), !on_size_axis));
      out.panels.push_back(panel(compute(), law_.runs.column(Variable::kN), on_size_axis));
      out.panels[1].column = 1;
    } else {
      out.panels.push_back(plain_panel());
    }
    return out;
  }

 private:
  bool is_over_compute() const { return facts_.has(Variable::kN) && facts_.has(Variable::kD); }
  bool has_runs() const { return !law_.predicted.empty(); }

  /// The corners of what a law without runs is known to cover, in their place.
  void stand_in(const std::string& origin) {
    for (const Variable v : facts_.variables) {
      const auto& range = law_.law.ranges[v];
      if (!range)
        throw DataError(
            origin, "has neither runs nor the range of them, so that nothing says where to draw");
      law_.runs.column(v) = {range->low, range->high};
    }
    law_.runs.loss = {1.0, 1.0};
  }

  /// Of the variables that are along no axis and tell no curves apart: the value that most runs
  /// have, or their median where hardly any two are alike.
  void hold_others() {
    held_.fill(std::nan(""));
    curve_runs_.assign(law_.num_runs(), true);
    for (std::size_t place = 0; place < facts_.variables.size(); ++place) {
      const Variable v = facts_.variables[place];
      if (is_over_compute() ? v == Variable::kN || v == Variable::kD : place < 2) continue;
      std::vector<double> values = law_.runs.column(v);
      std::map<double, std::size_t> counts;
      for (const double x : values) ++counts[x];
      std::size_t largest = 0;
      for (const auto& [x, count] : counts) largest = std::max(largest, count);
      std::vector<double> common;
      for (const auto& [x, count] : counts) {
        if (count == largest) common.push_back(x);
      }
      const double most = common[common.size() / 2];
      const bool few = has_runs() && 2 * counts.size() <= values.size();
      std::sort(values.begin(), values.end());
      held_[index_of(v)] = few ? most : values[values.size() / 2];
      for (std::size_t i = 0; few && i < law_.num_runs(); ++i) {
        curve_runs_[i] = curve_runs_[i] && law_.runs.column(v)[i] == most;
      }
    }
  }

  /// The law's own problem where its conventions settle one, else 6 N D with N as the law counts
  /// it.
  void settle_cost() {
    const auto with_held = [&](PlanProblem problem) {
      problem.given = held_;
      if (facts_.has(Variable::kG)) {
        problem.search.search = GranularitySearch::kFixed;
        problem.search.granularity = std::max(held_[index_of(Variable::kG)], 1.0);
      }
      return problem;
    };
    if (!is_over_compute()) return;
    PlanProblem plain;
    plain.law = law_.law;
    plain.law.n_means = NMeaning::kUnspecified;
    plain.law.family.reset();
    problem_ = with_held(plain);
    try {
      PlannerChoice choice;
      choice.law = {law_.name, "", std::nullopt, true};
      const PlanProblem own = with_held(pose(choice, load_law(choice.law, law_.law)));
      has_own_cost_ = !plan_fault(own);
      if (has_own_cost_) problem_ = own;
    } catch (const InvalidArgument&) {  // its conventions do not settle it
    }
    problem_.law.draws = {};  // one curve is drawn
    problem_.law.secondary_source = false;
    if (can_plan(law_.law.law) && !plan_fault(problem_)) cost_.emplace(problem_);
  }

  double flops_per_token(double n, double g) const {
    return cost_ ? cost_->flops_per_token(n, g) : 6.0 * n;
  }
  double g_of(std::size_t run) const {
    return facts_.has(Variable::kG) ? law_.runs.column(Variable::kG)[run] : 1.0;
  }

  std::vector<double> compute() const {
    std::vector<double> out;
    for (std::size_t i = 0; i < law_.num_runs(); ++i) {
      out.push_back(law_.runs.column(Variable::kD)[i] *
                    flops_per_token(law_.runs.column(Variable::kN)[i], g_of(i)));
    }
    return out;
  }

  std::string held_words() const {
    std::string out;
    for (const Variable v : facts_.variables) {
      const double x = held_[index_of(v)];
      if (!std::isnan(x))
        out += (out.empty() ? "" : ", ") + std::string(facts_.info(v).symbol) + " = " + in_words(x);
    }
    return out;
  }

  std::string words() const {
    std::string out = has_runs() ? std::to_string(law_.num_runs()) + " runs, and the law " +
                                       law_.name + " through them"
                                 : "The law " + law_.name + " over the range of its runs";
    if (const std::string held = held_words(); !held.empty()) {
      out += "; curves are at " + held;
      if (std::find(curve_runs_.begin(), curve_runs_.end(), false) != curve_runs_.end())
        out += ", and runs at other values are hollow";
    }
    return out + ".";
  }

  /// What the law says along a curve: by Variable, the columns of those that are not held.
  std::vector<double> predicted(const std::map<Variable, std::vector<double>>& along) const {
    std::vector<double> out(along.begin()->second.size());
    std::vector<double> x(facts_.variables.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      for (std::size_t k = 0; k < x.size(); ++k) {
        const auto found = along.find(facts_.variables[k]);
        x[k] = found != along.end() ? found->second[i] : held_[index_of(facts_.variables[k])];
      }
      out[i] = loss(law_.law.law, law_.law.coefficients, x);
    }
    return out;
  }

  void add_runs(Panel& panel, const std::vector<double>& x,
                const std::vector<double>& shade) const {
    if (!has_runs()) return;
    const std::vector<std::string> names = run_names(law_);
    std::vector<Series> found;
    for (const bool on_curves : {false, true}) {
      Series s{Mark::kPoints, on_curves ? Role::kData : Role::kOtherData,
               on_curves ? "runs" : "runs at other values"};
      for (std::size_t i = 0; i < law_.num_runs(); ++i) {
        if (curve_runs_[i] != on_curves) continue;
        s.x.push_back(x[i]);
        s.y.push_back(law_.runs.loss[i]);
        if (on_curves) s.shade.push_back(shade[i]);
        s.names.push_back(names[i]);
      }
      if (!s.x.empty()) found.push_back(s);
    }
    // Thousands of points would hide the curves.
    panel.series.insert(law_.num_runs() > kCrowd ? panel.series.begin() : panel.series.end(),
                        found.begin(), found.end());
  }

  /// Over compute with curves of one size each, or over size with curves of one budget each.
  Panel panel(const std::vector<double>& by, const std::vector<double>& along,
              bool over_size) const {
    Panel out;
    Axis size = variable_axis(law_, Variable::kN, over_size ? along : by);
    Axis budget{has_own_cost_ ? "training compute C" : "6 N D, N as the law counts it",
                has_own_cost_ ? "FLOPs" : "", AxisScale::kLog};
    fit_axis(budget, over_size ? by : along);
    out.title = over_size ? "Over size, a curve per budget" : "Over compute, a curve per size";
    out.x = over_size ? size : budget;
    out.shade = over_size ? budget : size;
    const auto tokens =
        law_.law.ranges[Variable::kD] ? *law_.law.ranges[Variable::kD] : Range{0.0, kNoLimit};
    std::vector<double> all =
        law_.num_runs() > 0 && has_runs() ? law_.runs.loss : std::vector<double>{};
    const std::vector<double> levels =
        has_runs() ? levels_of(by, kNumCurves) : log_spaced(by[0], by[1], kNumCurves);
    for (const double level : levels) {
      Series curve{Mark::kLine, Role::kLaw, (over_size ? "C = " : "N = ") + in_words(level)};
      std::map<Variable, std::vector<double>> columns;
      for (const double x : log_spaced(out.x.low, out.x.high, kNumPoints)) {
        const double n = over_size ? x : level,
                     d = (over_size ? level : x) / flops_per_token(n, problem_.search.granularity);
        // Twice beyond the tokens of the runs no run says how a curve goes on.
        if (d < 0.5 * tokens.low || d > 2.0 * tokens.high) continue;
        curve.x.push_back(x);
        columns[Variable::kN].push_back(n);
        columns[Variable::kD].push_back(d);
      }
      if (curve.x.empty()) continue;
      curve.y = predicted(columns);
      curve.shade = {level};
      if (!has_runs()) all.insert(all.end(), curve.y.begin(), curve.y.end());
      out.series.push_back(curve);
    }
    add_runs(out, along, by);
    add_optima(out, over_size ? levels : log_spaced(out.x.low, out.x.high, 30), over_size, all);
    out.y = target_axis(law_, all);
    return out;
  }

  void add_optima(Panel& panel, const std::vector<double>& budgets, bool over_size,
                  std::vector<double>& all) const {
    if (!cost_) return;
    Series line{Mark::kLine, Role::kOptimum, "lowest of each budget"};
    Series points{Mark::kPoints, Role::kOptimum, ""};
    for (const Plan& plan : plan_law(problem_, budgets)) {
      if (!plan.usable()) continue;
      const double x = over_size ? plan.n_law : plan.budget;
      line.x.push_back(x);
      line.y.push_back(plan.loss);
      points.names.push_back("C " + in_words(plan.budget) + ": lowest at N " +
                             in_words(plan.n_law) + ", D " + in_words(plan.d_tokens) + ", loss " +
                             in_words(plan.loss));
      if (x >= panel.x.low && x <= panel.x.high) all.push_back(plan.loss);
    }
    if (line.x.empty()) return;
    points.x = line.x;
    points.y = line.y;
    panel.series.push_back(line);
    if (over_size) panel.series.push_back(points);
  }

  Panel plain_panel() const {
    Panel out;
    const Variable first = facts_.variables[0];
    const std::vector<double>& along = law_.runs.column(first);
    out.x = variable_axis(law_, first, along);
    const auto spaced = [&] {
      if (out.x.scale == AxisScale::kLog) return log_spaced(out.x.low, out.x.high, kNumPoints);
      std::vector<double> even;
      for (std::size_t i = 0; i < kNumPoints; ++i) {
        even.push_back(out.x.low +
                       (out.x.high - out.x.low) * static_cast<double>(i) / (kNumPoints - 1.0));
      }
      return even;
    }();
    std::vector<double> by(law_.num_runs(), 1.0), levels{1.0};
    std::string symbol;
    if (facts_.variables.size() > 1) {
      by = law_.runs.column(facts_.variables[1]);
      symbol = facts_.info(facts_.variables[1]).symbol;
      out.shade = variable_axis(law_, facts_.variables[1], by);
      const auto [low, high] = std::minmax_element(by.begin(), by.end());
      const bool is_log = out.shade->scale == AxisScale::kLog;
      levels = is_log && has_runs() ? levels_of(by, kNumCurves)
               : is_log             ? log_spaced(*low, *high, kNumCurves)
                                    : std::vector<double>{*low, *high};
    }
    std::vector<double> all = has_runs() ? law_.runs.loss : std::vector<double>{};
    for (const double level : levels) {
      Series curve{Mark::kLine, Role::kLaw,
                   symbol.empty() ? "the law" : symbol + " = " + in_words(level)};
      curve.x = spaced;
      std::map<Variable, std::vector<double>> columns{{first, curve.x}};
      if (!symbol.empty())
        columns[facts_.variables[1]] = std::vector<double>(curve.x.size(), level);
      curve.y = predicted(columns);
      if (out.shade) curve.shade = {level};
      if (!has_runs()) all.insert(all.end(), curve.y.begin(), curve.y.end());
      out.series.push_back(curve);
    }
    add_runs(out, along, by);
    if (!out.shade) {
      for (Series& s : out.series) s.shade.clear();
    }
    out.y = target_axis(law_, all);
    return out;
  }

  LawRuns law_;
  LawFacts facts_;
  Values held_{};
  PlanProblem problem_;  // with what is held; without N and D not looked at
  bool has_own_cost_ = false;
  std::optional<RunCost> cost_;   // none where the law cannot be planned with
  std::vector<bool> curve_runs_;  // [num_runs] the curves are of these
};

Figure draw_loss(const PictureInput& input, const FigureRequest&, const Context&) {
  return LossPicture(read_law_runs(input), input.origin).figure();
}

}  // namespace

Picture loss_picture() {
  return {{"loss",
           "the law through its runs, over compute and over size",
           {kLawFormat, kFirstLawFormat}},
          draw_loss};
}

}  // namespace isoflop::api
