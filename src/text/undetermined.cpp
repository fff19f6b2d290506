#include "text/undetermined.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
#include "text/budget.hpp"

namespace isoflop::text {
namespace {

/// So many plans are named one by one; of more it is said what they have in common.
constexpr std::size_t kMostNamed = 3;

std::string per_cent(double share) { return fmt::format("{:.3g} %", 100.0 * share); }

/// "112", or "45 to 1.2e4" where plans differ.
template <class Text>
std::string from_to(const Text& text, double low, double high) {
  const std::string from = text(low), to = text(high);
  return from == to ? from : from + " to " + to;
}

/// A factor that may be infinite.
std::string factor(double x) {
  return std::isfinite(x) ? human_number(x < 100.0 ? std::round(10.0 * x) / 10.0 : x) : "infinity";
}

/// What these plans, which all have it, say of one kind of doubt.
std::string reason(const PlanProblem& problem, PlanDoubtKind kind,
                   const std::vector<const Plan*>& plans) {
  double low = HUGE_VAL, high = 0.0, threshold = 0.0;
  const Plan* last = nullptr;
  for (const Plan* plan : plans) {
    for (const PlanDoubt& doubt : plan->doubts) {
      if (doubt.kind != kind) continue;
      low = std::min(low, doubt.value);
      high = std::max(high, doubt.value);
      threshold = doubt.threshold;
      last = plan;
    }
  }
  if (last == nullptr) return "";
  switch (kind) {
    case PlanDoubtKind::kNSpan:
      return fmt::format("the 95 % interval of N active spans a factor of {} (more than {})",
                         from_to(factor, low, high), format_number(threshold));
    case PlanDoubtKind::kRegret:
      return fmt::format("{} of the {} are lost on average if another refit is true (more than {})",
                         from_to(per_cent, low, high), unit_of(problem), per_cent(threshold));
    case PlanDoubtKind::kWithoutPlan:
      break;
  }
  return fmt::format("{} of the {} refits have no plan (more than {})",
                     from_to(per_cent, low, high), last->draws->num_draws, per_cent(threshold));
}

std::string line_for(const PlanProblem& problem, const std::vector<const Plan*>& plans,
                     const std::string& which) {
  std::string why;
  for (const auto kind :
       {PlanDoubtKind::kNSpan, PlanDoubtKind::kRegret, PlanDoubtKind::kWithoutPlan}) {
    const std::string text = reason(problem, kind, plans);
    if (!text.empty()) why += (why.empty() ? "" : "; ") + text;
  }
  return "UNDETERMINED at " + which + ": the runs do not say what to train: " + why + "\n";
}

/// "4 budgets from 1e20 to 1e24".
std::string span_of(const PlanProblem& problem, const std::vector<const Plan*>& plans) {
  const auto [low, high] =
      std::minmax_element(plans.begin(), plans.end(),
                          [](const Plan* a, const Plan* b) { return a->budget < b->budget; });
  return fmt::format("{} budgets from {} to {}", plans.size(), budget_text(problem, (*low)->budget),
                     budget_text(problem, (*high)->budget));
}

std::string decades(double x) {
  return x < 0.1 ? fmt::format("{:.1g}", x) : fmt::format("{:.1f}", x);
}

}  // namespace

std::string undetermined_text(const PlanProblem& problem, const std::vector<Plan>& plans,
                              bool accepted) {
  std::vector<const Plan*> doubted;
  for (const Plan& p : plans) {
    if (p.undetermined()) doubted.push_back(&p);
  }
  if (doubted.empty()) return "";
  std::string out;
  if (doubted.size() > kMostNamed) {
    out = line_for(problem, doubted, span_of(problem, doubted));
  } else {
    for (const Plan* p : doubted) out += line_for(problem, {p}, budget_text(problem, p->budget));
  }
  if (accepted) return out + "\n";
  out += field("accept_undetermined") + " takes such a plan all the same";
  if (!problem.law.draws.bootstrap.empty()) {
    out += "; 'isoflop next-runs' chooses runs that would say more";
  }
  return out + "\n\n";
}

std::string beyond_runs_text(const PlanProblem& problem, const std::vector<Plan>& plans) {
  std::vector<const Plan*> beyond;
  for (const Plan& p : plans) {
    if (p.beyond_runs) beyond.push_back(&p);
  }
  if (beyond.empty()) return "";
  const bool at_least = beyond.front()->beyond_runs->at_least;  // of the law, hence of all
  auto line = [&](const std::string& which, const std::string& how_far) {
    return fmt::format("{}: {}{} decades of compute beyond the runs\n", which,
                       at_least ? "at least " : "", how_far);
  };
  std::string out;
  if (beyond.size() <= kMostNamed) {
    for (const Plan* p : beyond) {
      out += line(budget_text(problem, p->budget), decades(p->beyond_runs->decades));
    }
    return out;
  }
  const auto [low, high] =
      std::minmax_element(beyond.begin(), beyond.end(), [](const Plan* a, const Plan* b) {
        return a->beyond_runs->decades < b->beyond_runs->decades;
      });
  return line(span_of(problem, beyond),
              from_to(decades, (*low)->beyond_runs->decades, (*high)->beyond_runs->decades));
}

std::string outside_of(const LawFacts& law, const Plan& plan) {
  std::vector<std::string_view> out;
  for (const Variable v : plan.extrapolated) out.push_back(law.info(v).symbol);
  if (plan.extrapolates_d_per_n) out.push_back("D/N");
  return fmt::format("{}", fmt::join(out, ", "));
}

}  // namespace isoflop::text
