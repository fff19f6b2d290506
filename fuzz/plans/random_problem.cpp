#include "random_problem.hpp"

#include <cmath>

#include "isoflop/convention/law_variables.hpp"
#include "isoflop/io/law_file.hpp"

namespace isoflop::fuzz {
namespace {

const LawRecord& random_law(Random& random) {
  const auto& laws = preset_laws();
  for (;;) {
    const LawRecord& law = laws[random.below(laws.size())];
    if (can_plan(law.law)) return law;
  }
}

void choose_granularity(PlanProblem& problem, Random& random) {
  PlanOptions& search = problem.search;
  const double way = random.uniform();
  // 6 N D puts no price on it, so that no search has an end.
  if (problem.accounting == FlopAccounting::kSixNd || way < 0.3) {
    search.search = GranularitySearch::kFixed;
    search.granularity = std::exp2(std::floor(random.uniform(0.0, 8.0)));
  } else if (way < 0.5) {
    search.search = GranularitySearch::kContinuous;
  }
}

}  // namespace

RandomPlan::RandomPlan(std::uint64_t seed) {
  Random random(seed);
  const auto sometimes = [&](double share) { return random.uniform() < share; };
  const auto amount = [&](double low, double high) {
    return std::exp(random.uniform(std::log(low), std::log(high)));
  };
  problem.law = random_law(random);
  for (double& c : problem.law.coefficients) c *= std::exp(0.2 * random.normal());
  problem.accounting = sometimes(0.5) ? FlopAccounting::kPaper : FlopAccounting::kSixNd;
  if (has_granularity(problem.law)) choose_granularity(problem, random);
  if (law_has_variable(problem.law, Variable::kE)) {
    problem.given[index_of(Variable::kE)] = std::exp2(std::floor(random.uniform(0.0, 8.0)));
  }
  if (law_has_variable(problem.law, Variable::kU)) {
    problem.given[index_of(Variable::kU)] = amount(1e8, 1e13);
  } else if (sometimes(0.3)) {
    problem.unique_tokens = amount(1e8, 1e13);
  }
  if (law_has_variable(problem.law, Variable::kS)) {
    problem.given[index_of(Variable::kS)] = random.uniform(0.0, 0.99);
  }
  Limits& limits = problem.limits;
  if (sometimes(0.3)) limits.inference_tokens = amount(1e8, 1e14);
  if (sometimes(0.3)) limits.max_n_active = amount(1e7, 1e13);
  if (sometimes(0.3)) limits.min_tokens = amount(1e8, 1e14);
  if (sometimes(0.2)) limits.tokens_per_active = amount(1.0, 1e4);
  if (sometimes(0.3)) {
    limits.max_bytes = amount(1e9, 1e14);
    limits.memory = {16.0 * random.uniform(1.0, 50.0), 4096.0, 1024.0, 1e5, problem.shape};
  }
  budget = amount(1e16, 1e27);
  more_budget = budget * amount(1.0001, 1e3);
}

}  // namespace isoflop::fuzz
