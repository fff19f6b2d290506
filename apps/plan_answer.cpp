#include "apps/plan_answer.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/isoflop/options/limits.hpp"
#include "isoflop/convention/flops.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/plan/plan_draws.hpp"
#include "isoflop/text/plan.hpp"

namespace isoflop::app {
namespace {

using Json = nlohmann::ordered_json;

/// The plans under the law's own FLOP accounting, where another one was asked for and both can
/// plan; else nothing.
std::vector<Plan> own_plans(const PlanProblem& request, const std::vector<double>& budgets) {
  PlanProblem own = request;
  own.accounting = own_accounting(request.law);
  if (request.time || own.accounting == request.accounting) return {};
  try {
    return plan_law(own, budgets);
  } catch (const InvalidArgument&) {
    return {};  // the law's own accounting asks for more than was said
  }
}

/// How far the accounting moves the optimum.
std::string movement(const PlanProblem& request, const PlanAnswer& answer) {
  if (!answer.own_accounting) return "";
  const Plan &plan = answer.plan, &own = *answer.own_accounting;
  auto change = [](double from, double to) { return 100.0 * (to / from - 1.0); };
  return fmt::format(
      "{}: under the law's own FLOPs ({}) N active would be {}, D {}; {} moves them by {:+.1f} % "
      "and {:+.1f} %\n",
      budget_text(request, plan.budget), to_string(own_accounting(request.law)),
      human_number(own.n_active), human_number(own.d_tokens), to_string(request.accounting),
      change(own.n_active, plan.n_active), change(own.d_tokens, plan.d_tokens));
}

std::string time_text(const PlanProblem& request, const PlanAnswer& answer) {
  if (!answer.against_flops) return "";
  const AgainstFlops& a = *answer.against_flops;
  const std::string budget = budget_text(request, answer.plan.budget);
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

std::string robust_text(const PlanProblem& request, const PlanAnswer& answer) {
  if (!answer.robust) return "";
  const RobustPlans& r = *answer.robust;
  std::string out;
  auto line = [&](const char* what, const RobustPlan& p) {
    out +=
        fmt::format("{}: {}: N active {}, D {}{}: {:.5f} nats lost on average, {:.5f} at worst\n",
                    budget_text(request, answer.plan.budget), what, human_number(p.n_active),
                    human_number(p.d_tokens),
                    has_granularity(request.law) ? ", G = " + format_number(p.granularity) : "",
                    p.mean_regret, p.worst_regret);
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

Json robust_to_json(const RobustPlan& p) {
  return {{"n_active", p.n_active},
          {"d_tokens", p.d_tokens},
          {"granularity", p.granularity},
          {"mean_regret_nats", p.mean_regret},
          {"worst_regret_nats", p.worst_regret}};
}

}  // namespace

std::vector<PlanAnswer> answer_plans(const PlanProblem& request, const std::vector<double>& budgets,
                                     double price_per_unit, double flops_per_gpu_second) {
  std::vector<Plan> plans = plan_law(request, budgets);
  add_draws(request, plans);
  const std::vector<Plan> own = own_plans(request, budgets);
  std::vector<PlanAnswer> out;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    PlanAnswer answer;
    answer.plan = plans[i];
    if (i < own.size() && own[i].usable() && plans[i].usable()) answer.own_accounting = own[i];
    answer.against_flops = against_flops(request, plans[i]);
    answer.robust = robust_plans(request, plans[i]);
    answer.price = plans[i].budget * price_per_unit;
    if (!request.time && flops_per_gpu_second > 0.0) {
      answer.gpu_hours = plans[i].budget / flops_per_gpu_second / kSecondsPerHour;
    }
    out.push_back(answer);
  }
  return out;
}

std::string answers_text(const PlanProblem& request, const std::vector<PlanAnswer>& answers) {
  std::string out;
  for (const PlanAnswer& answer : answers) {
    out += limits_text(request, answer.plan) + time_text(request, answer) +
           robust_text(request, answer) + movement(request, answer);
    if (answer.gpu_hours > 0.0 && answer.plan.usable()) {
      out += fmt::format("{}: {} GPU-hours\n", budget_text(request, answer.plan.budget),
                         human_number(answer.gpu_hours));
    }
    if (answer.price > 0.0 && answer.plan.usable()) {
      out +=
          fmt::format("{}: costs {:.2f}\n", budget_text(request, answer.plan.budget), answer.price);
    }
  }
  return out.empty() ? out : "\n" + out;
}

void add_to_json(const PlanProblem& request, const PlanAnswer& answer, Json& row) {
  if (answer.own_accounting) {
    row["own_accounting"] = {{"accounting", to_string(own_accounting(request.law))},
                             {"n_active", answer.own_accounting->n_active},
                             {"d_tokens", answer.own_accounting->d_tokens}};
  }
  if (answer.against_flops) {
    const AgainstFlops& a = *answer.against_flops;
    row["against_flops"] = {
        {"flops", a.flops},
        {"granularity", a.flops_granularity},
        {"extra_share", std::isfinite(a.extra_share) ? Json(a.extra_share) : Json(nullptr)}};
  }
  if (answer.robust) {
    row["robust"] = {{"planned", robust_to_json(answer.robust->planned)},
                     {"best_on_average", robust_to_json(answer.robust->best_on_average)},
                     {"least_worst", robust_to_json(answer.robust->least_worst)}};
  }
  if (answer.gpu_hours > 0.0) row["gpu_hours"] = answer.gpu_hours;
  if (answer.price > 0.0) row["price"] = answer.price;
}

}  // namespace isoflop::app
