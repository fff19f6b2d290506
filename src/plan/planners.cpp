#include <cmath>
#include <string>
#include <utility>

#include "isoflop/cost/paper_flops.hpp"
#include "isoflop/cost/six_nd.hpp"
#include "isoflop/error.hpp"
#include "isoflop/plan/planner.hpp"
#include "plan/best_size.hpp"
#include "plan/given_values.hpp"

namespace isoflop {
namespace {

std::shared_ptr<const TokenCost> cost_of(const PlanProblem& problem) {
  if (problem.time) return std::make_shared<TokenCostOf<TrainingTime>>(*problem.time);
  if (problem.accounting == FlopAccounting::kSixNd) {
    return std::make_shared<TokenCostOf<SixNd>>(SixNd{});
  }
  return std::make_shared<TokenCostOf<PaperFlops>>(PaperFlops{problem.law.expansion.value_or(1.0),
                                                              problem.flops_per_active,
                                                              problem.router_cost, problem.shape});
}

Counting counting_of(const PlanProblem& problem) {
  Counting out;
  out.n_law_per_active = n_law_per_active(problem);
  // d_model grows with the cube root of active parameters.
  out.log_embedding = std::log(problem.embedding_rows * problem.shape.d_model(1.0));
  out.log_unique = std::log(problem.unique_tokens);
  return out;
}

}  // namespace

struct Planners::Settled {
  AnyLaw law;
  std::vector<double> coefficients;
  std::array<double, kNumVariables> log_given;
  Counting counting;
  std::shared_ptr<const TokenCost> cost;
  ModelShapeRule shape;
  Limits limits;
};

Planners::Planners(const PlanProblem& problem) {
  require_plannable(problem.law);
  Settled settled;
  settled.law = problem.law.law;
  settled.coefficients = problem.law.coefficients;
  settled.counting = counting_of(problem);
  settled.log_given = log_given_values(problem);
  settled.cost = cost_of(problem);
  settled.shape = problem.shape;
  settled.limits = problem.limits;
  settled_ = std::make_shared<const Settled>(std::move(settled));
}

Planner Planners::of(const std::vector<double>& coefficients) const {
  const Settled& s = *settled_;
  const LawAt law(loss_surface(s.law, coefficients, s.log_given), s.counting);
  return Planner(std::make_shared<const BestSize>(law, s.cost, s.shape, s.limits));
}

Planner Planners::own() const { return of(settled_->coefficients); }

}  // namespace isoflop
