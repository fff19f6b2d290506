#include "broken_promise.hpp"

#include <cmath>
#include <vector>

#include "isoflop/io/number.hpp"
#include "isoflop/plan/plan_law.hpp"

namespace isoflop::fuzz {
namespace {

// Of costs and of losses, relative: the search ends where steps change less.
constexpr double kRounding = 1e-9;

/// Whether part of a budget may be left: with tokens per parameter held exactly, what it buys is a
/// larger model, which may be too large.
bool may_leave(const Limits& limits) {
  return limits.tokens_per_active > 0.0 &&
         (limits.max_n_active < Limits::kFree || limits.max_bytes < Limits::kFree);
}

bool is_refusal(const Plan& plan) {
  return plan.status == PlanStatus::kInfeasible || plan.status == PlanStatus::kBudgetTooSmall;
}

/// What a plan costs, the rules of both countings written out once more.
double cost_of(const PlanProblem& problem, const Plan& plan) {
  const double tokens = plan.d_tokens + problem.limits.inference_tokens / 3.0;
  if (problem.accounting == FlopAccounting::kSixNd) return 6.0 * plan.n_active * tokens;
  const double given = problem.given[index_of(Variable::kE)];
  const double expansion = std::isnan(given) ? problem.law.expansion.value_or(1.0) : given;
  // A law without a granularity has models without a router.
  const double granularity = std::isnan(plan.granularity) ? 0.0 : plan.granularity;
  const double routing = plan.d_model * expansion * granularity * problem.router_cost;
  return (12.0 * plan.d_model * plan.d_model * problem.flops_per_active + routing) * tokens *
         plan.n_blocks;
}

/// What is wrong with `better`, which has all that `plan` had and more; "" where nothing is.
std::string worse(const Plan& plan, const Plan& better, const std::string& than,
                  PlanChecks& checks) {
  if (!plan.usable()) return "";
  if (is_refusal(better)) return than + ": " + to_string(better.status);
  if (!better.usable()) return "";
  ++checks.compared;
  if (better.loss <= plan.loss * (1.0 + kRounding)) return "";
  return than + ": loss " + format_number(better.loss) + " in place of " + format_number(plan.loss);
}

struct Looser {
  std::string name;
  PlanProblem problem;
};

/// The problem with one of its limits looser or gone, for each of them.
std::vector<Looser> looser_problems(const PlanProblem& problem) {
  std::vector<Looser> out;
  const auto add = [&](const std::string& name, auto loosen) {
    out.push_back({name, problem});
    loosen(out.back().problem);
  };
  const Limits& limits = problem.limits;
  if (limits.inference_tokens > 0.0) {
    add("fewer tokens to serve", [](PlanProblem& p) { p.limits.inference_tokens *= 0.5; });
  }
  if (limits.max_n_active < Limits::kFree) {
    add("twice max_n_active", [](PlanProblem& p) { p.limits.max_n_active *= 2.0; });
  }
  if (limits.min_tokens > 0.0) {
    add("half of min_d", [](PlanProblem& p) { p.limits.min_tokens *= 0.5; });
  }
  if (limits.tokens_per_active > 0.0) {
    add("free tokens per parameter", [](PlanProblem& p) { p.limits.tokens_per_active = 0.0; });
  }
  if (limits.max_bytes < Limits::kFree) {
    add("twice the memory", [](PlanProblem& p) { p.limits.max_bytes *= 2.0; });
  }
  if (problem.unique_tokens < Limits::kFree) {
    add("twice the unique tokens", [](PlanProblem& p) { p.unique_tokens *= 2.0; });
  }
  return out;
}

}  // namespace

std::string broken_promise(const RandomPlan& asked, PlanChecks& checks) {
  std::vector<Plan> plans;
  try {
    plans = plan_law(asked.problem, {asked.budget, asked.more_budget});
  } catch (const InvalidArgument&) {
    ++checks.refused;
    return "";
  }
  for (const Plan& plan : plans) {
    if (!plan.usable()) continue;
    ++checks.plans;
    const double cost = cost_of(asked.problem, plan);
    const double off = cost / plan.budget - 1.0;
    const bool left = off < -kRounding && may_leave(asked.problem.limits);
    if (!(std::abs(off) <= kRounding || left)) {
      return "a plan for " + format_number(plan.budget) + " costs " + format_number(cost);
    }
  }
  if (!plans[0].usable()) return "";
  if (std::string fault = worse(plans[0], plans[1], "more budget", checks); !fault.empty()) {
    return fault;
  }
  for (const Looser& looser : looser_problems(asked.problem)) {
    const Plan better = plan_law(looser.problem, {asked.budget}).at(0);
    if (std::string fault = worse(plans[0], better, looser.name, checks); !fault.empty()) {
      return fault;
    }
  }
  return "";
}

}  // namespace isoflop::fuzz
