#include "isoflop/plan/next_runs.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <sstream>
#include <string>

#include "isoflop/core/normal_quantile.hpp"
#include "isoflop/plan/choose_runs.hpp"
#include "isoflop/plan/planner.hpp"

namespace isoflop {
namespace {

std::string short_number(double x) {
  std::ostringstream out;
  out.precision(3);
  out << x;
  return out.str();
}

struct RunCost {
  const Planner& planner;
  double n_law_per_active;

  double flops(double n_law, double d, double g) const {
    return std::exp(planner.log_cost_per_token(std::log(n_law / n_law_per_active), std::log(g)) +
                    std::log(d));
  }
};

/// The grid of runs that could be trained. Throws InvalidArgument where there is none.
std::vector<RunToTrain> candidates(const PlanProblem& problem, const NextRunsQuestion& question,
                                   const Plan& plan, const RunCost& cost) {
  const Ranges& ranges = problem.law.ranges;
  const auto n = ranges[Variable::kN], d = ranges[Variable::kD], g = ranges[Variable::kG];
  const double reach = question.reach;
  const double max_n = question.max_n.value_or(n->high * reach);
  const double max_d = question.max_d.value_or(d->high * reach);
  Range ratio = ranges.d_per_n.value_or(Range{0.0, std::numeric_limits<double>::infinity()});
  ratio.include(plan.d_tokens / plan.n_law);
  const double smallest_g = g ? std::exp2(std::ceil(std::log2(g->low) - 1e-9)) : 1.0;
  const double max_g = g ? question.max_g.value_or(2.0 * g->high) : 1.0;
  // The ends of the ranges belong to the grid, whatever the last digit of a power of sqrt 2.
  constexpr double kRounding = 1.0 + 1e-9;
  std::vector<RunToTrain> out;
  double cheapest = std::numeric_limits<double>::infinity();
  for (double x = n->low; x <= max_n * kRounding; x *= std::numbers::sqrt2) {
    for (double y = d->low / reach; y <= max_d * kRounding; y *= std::numbers::sqrt2) {
      if (y / x < ratio.low / reach || y / x > ratio.high * reach) continue;
      for (double z = smallest_g; z <= max_g * kRounding; z *= 2.0) {
        const double flops = cost.flops(x, y, z);
        cheapest = std::min(cheapest, flops);
        if (flops <= std::min(question.budget_flops, question.target_flops)) {
          out.push_back({x, y, z, flops});
        }
      }
    }
  }
  if (std::isinf(cheapest)) {
    throw InvalidArgument("no run is within reach: the limits on N, D and G leave none");
  }
  if (out.empty()) {
    throw InvalidArgument("the budget of " + short_number(question.budget_flops) +
                          " FLOPs is below the cheapest run within reach, " +
                          short_number(cheapest) + " FLOPs");
  }
  return out;
}

void require_answerable(const PlanProblem& problem, const NextRunsQuestion& question) {
  const LawRecord& law = problem.law;
  require_plannable(law);
  if (law.draws.bootstrap.empty()) {
    throw InvalidArgument("the law has no draws, which say how uncertain it is: 'isoflop fit " +
                          field("bootstrap") + " 1000' makes them");
  }
  const bool with_g = has_granularity(law);
  if (!law.ranges[Variable::kN] || !law.ranges[Variable::kD] ||
      (with_g && !law.ranges[Variable::kG])) {
    throw InvalidArgument("the law does not say the range of the runs behind it");
  }
  if (with_g && problem.search.search == GranularitySearch::kPowersOfTwo) {
    throw InvalidArgument("G must be continuous or fixed");
  }
  if (!(question.noise > 0.0) || !std::isfinite(question.noise)) {
    throw InvalidArgument("the noise of a run must be a positive finite number");
  }
  if (!(question.reach >= 1.0) || !std::isfinite(question.reach)) {
    throw InvalidArgument("the reach must be a finite number of at least 1");
  }
}

/// What the draws say of the plan and of runs.
struct Drawn {
  DrawnColumns quantities;  // ln N, ln D, ln loss and, where it is searched, ln G
  DrawnColumns log_losses;
  std::size_t num_without_plan = 0;
};

Drawn draw(const PlanProblem& problem, const NextRunsQuestion& question, const Planners& planners,
           const Optimum& fit, const std::vector<RunToTrain>& runs) {
  const bool with_g = problem.search.search == GranularitySearch::kContinuous;
  const double log_per_active = std::log(n_law_per_active(problem));
  Drawn out;
  out.quantities.resize(with_g ? 4 : 3);
  out.log_losses.resize(runs.size());
  std::vector<std::array<double, 3>> at;
  for (const RunToTrain& run : runs) {
    at.push_back(
        {std::log(run.n_law) - log_per_active, std::log(run.d_tokens), std::log(run.granularity)});
  }
  for (const auto& coefficients : problem.law.draws.bootstrap) {
    const Planner planner = planners.of(coefficients);
    const Optimum own = planner.optimum(std::log(question.target_flops), problem.search, &fit);
    if (!own.usable()) {
      ++out.num_without_plan;
      continue;
    }
    out.quantities[0].push_back(own.log_n_active + log_per_active);
    out.quantities[1].push_back(own.log_d);
    out.quantities[2].push_back(own.log_loss);
    if (with_g) out.quantities[3].push_back(own.log_g);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      out.log_losses[i].push_back(planner.log_loss(at[i][0], at[i][1], at[i][2]));
    }
  }
  if (out.quantities[0].size() < kMinDrawsForRuns) {
    throw InvalidArgument("only " + std::to_string(out.quantities[0].size()) + " of " +
                          std::to_string(problem.law.draws.bootstrap.size()) +
                          " draws of the law have a plan for the target; " +
                          std::to_string(kMinDrawsForRuns) + " are needed");
  }
  return out;
}

ExpectedInterval expected(double estimate, const std::vector<double>& now,
                          const std::vector<double>& after) {
  auto in_own_unit = [](const std::vector<double>& logs) {
    const Interval range = percentile_interval(logs, 0.95);
    return Interval{std::exp(range.low), std::exp(range.high)};
  };
  return {estimate, in_own_unit(now), in_own_unit(after)};
}

/// `runs` empty: candidates are made and some of them chosen; else all of them are taken.
NextRuns answer(const PlanProblem& problem, const NextRunsQuestion& question,
                std::vector<RunToTrain> runs) {
  require_answerable(problem, question);
  const bool chooses = runs.empty();
  NextRuns out;
  const Planners planners(problem);
  const Planner planner = planners.own();
  const RunCost cost{planner, n_law_per_active(problem)};
  const Ranges& ranges = problem.law.ranges;
  const double smallest =
      cost.flops(ranges[Variable::kN]->low, ranges[Variable::kD]->low,
                 has_granularity(problem.law) ? ranges[Variable::kG]->low : 1.0);
  out.plan = planner.plan(question.target_flops, problem.search);
  if (question.target_flops < smallest) {
    throw InvalidArgument("the target of " + short_number(question.target_flops) +
                          " FLOPs is below the runs behind the law, of which none is below " +
                          short_number(smallest));
  }
  if (!out.plan.usable()) {
    throw InvalidArgument("the law has no plan for the target: " + out.plan.note);
  }
  if (chooses) runs = candidates(problem, question, out.plan, cost);
  for (RunToTrain& run : runs) run.flops = cost.flops(run.n_law, run.d_tokens, run.granularity);
  const Optimum fit = planner.optimum(std::log(question.target_flops), problem.search);
  const Drawn drawn = draw(problem, question, planners, fit, runs);
  std::vector<double> costs;
  for (const RunToTrain& run : runs) costs.push_back(run.flops);
  const RunChoice choice =
      chooses ? choose_runs(drawn.quantities, drawn.log_losses, costs, question.noise,
                            question.budget_flops, question.max_runs)
              : take_runs(drawn.quantities, drawn.log_losses, question.noise);
  for (const std::size_t i : choice.chosen) out.runs.push_back(runs[i]);
  auto interval = [&](double estimate, std::size_t quantity) {
    return expected(estimate, drawn.quantities[quantity], choice.left[quantity]);
  };
  out.n_law = interval(out.plan.n_law, 0);
  out.d_tokens = interval(out.plan.d_tokens, 1);
  out.loss = interval(out.plan.loss, 2);
  if (drawn.quantities.size() > 3) out.granularity = interval(out.plan.granularity, 3);
  out.num_draws = problem.law.draws.bootstrap.size();
  out.num_without_plan = drawn.num_without_plan;
  out.num_candidates = chooses ? runs.size() : 0;
  return out;
}

}  // namespace

double ExpectedInterval::width_left() const {
  return std::log(after.high / after.low) / std::log(now.high / now.low);
}

double refit_noise(double sd, double huber_delta) {
  const double c = huber_delta / sd;
  if (!(c < 10.0)) return sd;
  const double inside = 2.0 * normal_cdf(c) - 1.0;  // E psi'
  const double density = std::exp(-0.5 * c * c) / std::sqrt(2.0 * std::numbers::pi);
  const double square = inside - 2.0 * c * density + 2.0 * c * c * normal_cdf(-c);  // E psi^2
  return sd * std::sqrt(square) / inside;
}

NextRuns next_runs(const PlanProblem& problem, const NextRunsQuestion& question) {
  return answer(problem, question, {});
}

NextRuns expect_runs(const PlanProblem& problem, const NextRunsQuestion& question,
                     std::vector<RunToTrain> runs) {
  if (runs.empty()) throw InvalidArgument("no runs are given");
  return answer(problem, question, std::move(runs));
}

}  // namespace isoflop
