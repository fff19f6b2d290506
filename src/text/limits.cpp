#include "text/limits.hpp"

#include <fmt/format.h>

#include <cmath>

#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/laws/loss_unit.hpp"
#include "isoflop/plan/memory_limit.hpp"
#include "text/budget.hpp"

namespace isoflop::text {
namespace {

std::string amount(Limit limit, double value) {
  switch (limit) {
    case Limit::kMemory:
      return human_number(value / kGigabyte) + " GB";
    case Limit::kMaxActive:
      return human_number(value) + " active parameters";
    case Limit::kMinTokens:
      return human_number(value) + " tokens";
    case Limit::kTokensPerActive:
      return human_number(value) + " tokens per active parameter";
    case Limit::kUniqueTokens:
      return human_number(value) + " unique tokens";
    case Limit::kNone:
      break;
  }
  return human_number(value);
}

std::string name_of(Limit limit, const Limits& limits) {
  switch (limit) {
    case Limit::kMemory:
      return field("max_memory_gb");
    case Limit::kMaxActive:
      return limits.active_from_latency ? field("max_ms_per_token") + " at" : field("max_n_active");
    case Limit::kMinTokens:
      return field("min_d");
    case Limit::kTokensPerActive:
      return field("tokens_per_parameter");
    case Limit::kUniqueTokens:
      return field("unique_tokens");
    case Limit::kNone:
      break;
  }
  return "";
}

/// A tenth more of what a limit allows; of what it asks, a tenth less.
bool asks(Limit limit) { return limit == Limit::kMinTokens || limit == Limit::kTokensPerActive; }

}  // namespace

std::string limits_text(const PlanProblem& problem, const Plan& plan) {
  const std::string budget = budget_text(problem, plan.budget);
  if (plan.status == PlanStatus::kInfeasible) {
    Limits limits = problem.limits;
    const Limit broken = plan.broken.limit;
    return fmt::format("{}: no model keeps to {} {}; {} would leave one\n", budget,
                       name_of(broken, limits), amount(broken, *limits.value(broken)),
                       amount(broken, plan.broken.enough));
  }
  std::string out;
  for (const BindingLimit& b : plan.binding) {
    out += fmt::format("{}: {} {} binds", budget, name_of(b.limit, problem.limits),
                       amount(b.limit, b.value));
    // Where a little less leaves no model, nobody knows what it is worth; where part of the budget
    // is not spent, no budget is worth anything.
    if (std::isfinite(b.loss_per_unit)) {
      out +=
          fmt::format(": 10 % {} is worth {:.4f} {}", asks(b.limit) ? "less of it" : "more of it",
                      0.1 * b.value * b.loss_per_unit, unit_of_difference(problem.law.loss_unit));
      if (std::isfinite(b.budget_per_unit)) {
        out += fmt::format(", or {:.2f} % of the budget",
                           10.0 * b.value * b.budget_per_unit / plan.budget);
      }
    }
    out += "\n";
  }
  return out;
}

}  // namespace isoflop::text
