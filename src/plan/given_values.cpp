#include "plan/given_values.hpp"

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/laws/law_facts.hpp"

namespace isoflop {
namespace {

std::vector<Variable> not_chosen(const LawRecord& law) {
  const auto variables = facts_of(law.law).variables;
  std::vector<Variable> out(variables.begin(), variables.end());
  std::erase_if(
      out, [](Variable v) { return v == Variable::kN || v == Variable::kD || v == Variable::kG; });
  return out;
}

double value_of(const PlanProblem& problem, Variable v) {
  const double given = problem.given[index_of(v)];
  return v == Variable::kE && std::isnan(given) ? problem.law.expansion.value_or(given) : given;
}

}  // namespace

std::optional<InvalidArgument> given_fault(const PlanProblem& problem) {
  const LawFacts law = facts_of(problem.law.law);
  for (const Variable v : not_chosen(problem.law)) {
    const double x = value_of(problem, v);
    if (is_own(v)) {
      const VariableInfo& about = law.info(v);
      if (std::isnan(x)) {
        return InvalidArgument("set",
                               "the law " + std::string(law.name) + " needs " + needed_own(about));
      }
      const std::string fault = value_fault(about, x);
      if (!fault.empty()) {
        return InvalidArgument("set", field("set") + " " + std::string(about.symbol) + " " + fault);
      }
      continue;
    }
    const std::string_view key = v == Variable::kE ? "expansion" : info(v).key;
    if (std::isnan(x)) {
      return InvalidArgument(key, "the law " + problem.law.law.name() + " needs " + field(key) +
                                      " (" + std::string(info(v).meaning) + ")");
    }
    const std::string fault = value_fault(info(v), x);
    if (!fault.empty()) return InvalidArgument(key, field(key) + " " + fault);
  }
  return std::nullopt;
}

std::array<double, kNumVariables> log_given_values(const PlanProblem& problem) {
  if (const auto fault = given_fault(problem)) throw *fault;
  std::array<double, kNumVariables> out{};
  for (const Variable v : not_chosen(problem.law)) {
    out[index_of(v)] = law_input(v, value_of(problem, v));
  }
  return out;
}

}  // namespace isoflop
