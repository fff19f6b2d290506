#include "text/answers.hpp"

#include <fmt/format.h>

#include <cmath>

#include "isoflop/convention/flops.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/laws/loss_unit.hpp"
#include "text/budget.hpp"
#include "text/limits.hpp"

namespace isoflop::text {
namespace {

/// How far the accounting moves the optimum.
std::string movement(const PlanProblem& problem, const api::PlanAnswer& answer) {
  if (!answer.own_accounting) return "";
  const Plan &plan = answer.plan, &own = *answer.own_accounting;
  auto change = [](double from, double to) { return 100.0 * (to / from - 1.0); };
  return fmt::format(
      "{}: under the law's own FLOPs ({}) N active would be {}, D {}; {} moves them by {:+.1f} % "
      "and {:+.1f} %\n",
      budget_text(problem, plan.budget), to_string(own_accounting(problem.law)),
      human_number(own.n_active), human_number(own.d_tokens), to_string(problem.accounting),
      change(own.n_active, plan.n_active), change(own.d_tokens, plan.d_tokens));
}

std::string against_flops_text(const PlanProblem& problem, const api::PlanAnswer& answer) {
  if (!answer.against_flops) return "";
  const AgainstFlops& a = *answer.against_flops;
  const std::string budget = budget_text(problem, answer.plan.budget);
  const std::string g = human_number(answer.plan.granularity),
                    other = human_number(a.flops_granularity);
  if (g == other) {
    return fmt::format("{}: on this GPU G = {}, as for the {} FLOPs of this run\n", budget, g,
                       human_number(a.flops));
  }
  return fmt::format(
      "{}: on this GPU G = {}, not {}, which is best for the {} FLOPs of this run; taking {} {}\n",
      budget, g, other, human_number(a.flops), other,
      std::isfinite(a.extra_share)
          ? fmt::format("would cost {:.1f} % more hours for the same loss", 100.0 * a.extra_share)
          : "would never reach the same loss");
}

std::string robust_text(const PlanProblem& problem, const api::PlanAnswer& answer) {
  if (!answer.robust) return "";
  const RobustPlans& r = *answer.robust;
  std::string out;
  auto line = [&](const char* what, const RobustPlan& p) {
    out += fmt::format("{}: {}: N active {}, D {}{}: {:.5f} {} lost on average, {:.5f} at worst\n",
                       budget_text(problem, answer.plan.budget), what, human_number(p.n_active),
                       human_number(p.d_tokens),
                       has_granularity(problem.law) ? ", G = " + format_number(p.granularity) : "",
                       p.mean_regret, unit_of_difference(problem.law.loss_unit), p.worst_regret);
  };
  // Said only where another run is better by more than seeds of one run commonly differ.
  constexpr double kLeast = 2e-3;  // nats
  const bool average = r.planned.mean_regret - r.best_on_average.mean_regret > kLeast;
  const bool worst = r.planned.worst_regret - r.least_worst.worst_regret > kLeast;
  if (!average && !worst) return "";
  line("this plan over the refits", r.planned);
  if (average) line("best on average", r.best_on_average);
  if (worst) line("least bad at worst", r.least_worst);
  return out;
}

/// How often tokens repeat, and what of the budget trains.
std::string use_text(const PlanProblem& problem, const api::PlanAnswer& answer) {
  const std::string budget = budget_text(problem, answer.plan.budget);
  std::string out;
  if (answer.epochs) {
    out += fmt::format("{}: D is {:.1f} epochs of {} unique tokens\n", budget, *answer.epochs,
                       human_number(answer.plan.d_tokens / *answer.epochs));
  }
  if (answer.training_budget) {
    out += fmt::format("{}: training takes {} {}, serving {} tokens {}, {:.1f} % of the budget\n",
                       budget, budget_text(problem, *answer.training_budget), unit_of(problem),
                       human_number(problem.limits.inference_tokens),
                       budget_text(problem, *answer.serving_budget),
                       100.0 * *answer.serving_budget / answer.plan.budget);
  }
  return out;
}

}  // namespace

std::string answers_text(const api::PlanOutcome& outcome) {
  const PlanProblem& problem = outcome.problem;
  std::string out;
  for (const api::PlanAnswer& answer : outcome.answers) {
    const std::string budget = budget_text(problem, answer.plan.budget);
    out += limits_text(problem, answer.plan) + against_flops_text(problem, answer) +
           robust_text(problem, answer) + movement(problem, answer) + use_text(problem, answer);
    if (answer.gpu_hours > 0.0 && answer.plan.usable()) {
      out += fmt::format("{}: {} GPU-hours\n", budget, human_number(answer.gpu_hours));
    }
    if (answer.price > 0.0 && answer.plan.usable()) {
      out += fmt::format("{}: costs {:.2f}\n", budget, answer.price);
    }
  }
  return out.empty() ? out : "\n" + out;
}

}  // namespace isoflop::text
