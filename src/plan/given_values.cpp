#include "plan/given_values.hpp"

#include <cmath>
#include <vector>

#include "isoflop/error.hpp"
#include "isoflop/laws/list.hpp"

namespace isoflop {
namespace {

std::vector<Variable> not_chosen(const LawRecord& law) {
  std::vector<Variable> out = visit_law(law.law, [](const auto& own) {
    return std::vector<Variable>(variables_of(own).begin(), variables_of(own).end());
  });
  std::erase_if(
      out, [](Variable v) { return v == Variable::kN || v == Variable::kD || v == Variable::kG; });
  return out;
}

double value_of(const PlanProblem& problem, Variable v) {
  const double given = problem.given[index_of(v)];
  return v == Variable::kE && std::isnan(given) ? problem.law.expansion.value_or(given) : given;
}

}  // namespace

std::string given_fault(const PlanProblem& problem) {
  for (const Variable v : not_chosen(problem.law)) {
    const double x = value_of(problem, v);
    const std::string name = field(v == Variable::kE ? "expansion" : info(v).key);
    if (std::isnan(x)) {
      return "the law " + problem.law.law.name() + " needs " + name + " (" +
             std::string(info(v).meaning) + ")";
    }
    const std::string fault = value_fault(info(v), x);
    if (!fault.empty()) return name + " " + fault;
  }
  return "";
}

std::array<double, kNumVariables> log_given_values(const PlanProblem& problem) {
  const std::string fault = given_fault(problem);
  if (!fault.empty()) throw InvalidArgument(fault);
  std::array<double, kNumVariables> out{};
  for (const Variable v : not_chosen(problem.law)) {
    out[index_of(v)] = log_value(value_of(problem, v));
  }
  return out;
}

}  // namespace isoflop
