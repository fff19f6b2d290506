#include "api/plan_answers.hpp"

#include <nlohmann/json.hpp>

#include "io/json_values.hpp"
#include "isoflop/convention/flops.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/plan/budget.hpp"
#include "isoflop/plan/plan_draws.hpp"
#include "isoflop/plan/plan_fault.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

namespace {

using detail::finite_or_null;

/// The plans under the law's own FLOP accounting, where another one was asked for and both can
/// plan; else nothing.
std::vector<Plan> own_plans(const PlanProblem& problem, const std::vector<double>& budgets) {
  PlanProblem own = problem;
  own.accounting = own_accounting(problem.law);
  if (problem.time || own.accounting == problem.accounting) return {};
  if (plan_fault(own)) return {};  // the law's own accounting asks for more than was said
  return plan_law(own, budgets);
}

Json robust_to_json(const RobustPlan& p) {
  return {{"n_active", p.n_active},
          {"d_tokens", p.d_tokens},
          {"granularity", p.granularity},
          {"mean_regret_nats", p.mean_regret},
          {"worst_regret_nats", p.worst_regret}};
}

}  // namespace

std::vector<PlanAnswer> answer_plans(const PlanProblem& problem, const std::vector<double>& budgets,
                                     double price_per_unit, double flops_per_gpu_second) {
  std::vector<Plan> plans = plan_law(problem, budgets);
  add_draws(problem, plans);
  const std::vector<Plan> own = own_plans(problem, budgets);
  std::vector<PlanAnswer> out;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    PlanAnswer answer;
    answer.plan = plans[i];
    if (i < own.size() && own[i].usable() && plans[i].usable()) answer.own_accounting = own[i];
    answer.against_flops = against_flops(problem, plans[i]);
    answer.robust = robust_plans(problem, plans[i]);
    answer.price = plans[i].budget * price_per_unit;
    if (!problem.time && flops_per_gpu_second > 0.0) {
      answer.gpu_hours = plans[i].budget / flops_per_gpu_second / kSecondsPerHour;
    }
    if (plans[i].usable()) {
      answer.epochs = epochs_of(problem, plans[i].d_tokens);
      if (problem.limits.inference_tokens > 0.0) {
        const double share = training_share(problem.limits, plans[i].d_tokens);
        answer.training_budget = share * plans[i].budget;
        answer.serving_budget = (1.0 - share) * plans[i].budget;
      }
    }
    out.push_back(answer);
  }
  return out;
}

void add_to_json(const PlanProblem& problem, const PlanAnswer& answer, Json& row) {
  if (answer.own_accounting) {
    row["own_accounting"] = {{"accounting", to_string(own_accounting(problem.law))},
                             {"n_active", answer.own_accounting->n_active},
                             {"d_tokens", answer.own_accounting->d_tokens}};
  }
  if (answer.against_flops) {
    const AgainstFlops& a = *answer.against_flops;
    row["against_flops"] = {{"flops", a.flops},
                            {"granularity", a.flops_granularity},
                            {"extra_share", finite_or_null(a.extra_share)}};
  }
  if (answer.robust) {
    row["robust"] = {{"planned", robust_to_json(answer.robust->planned)},
                     {"best_on_average", robust_to_json(answer.robust->best_on_average)},
                     {"least_worst", robust_to_json(answer.robust->least_worst)}};
  }
  if (answer.epochs) row["epochs"] = *answer.epochs;
  if (answer.training_budget) {
    const double unit = problem.time ? kSecondsPerHour : 1.0;
    const std::string name = problem.time ? "_gpu_hours" : "_flops";
    row["training" + name] = *answer.training_budget / unit;
    row["serving" + name] = *answer.serving_budget / unit;
  }
  if (answer.gpu_hours > 0.0) row["gpu_hours"] = answer.gpu_hours;
  if (answer.price > 0.0) row["price"] = answer.price;
}

}  // namespace isoflop::api
