/// The planner of a request: settles which law, which cost and what N means.
#pragma once

#include <type_traits>
#include <vector>

#include "isoflop/cost/paper_flops.hpp"
#include "isoflop/cost/six_nd.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/list.hpp"
#include "isoflop/plan/plan_request.hpp"
#include "isoflop/plan/plannable.hpp"
#include "isoflop/plan/planner.hpp"

namespace isoflop {

/// Makes planners of one law and cost from coefficients [P].
template <Law L, Cost C>
struct PlannerMaker {
  C cost;
  ModelShapeRule shape;
  double n_law_per_active;
  std::array<double, kNumVariables> log_given;
  double log_embedding;

  Planner<L, C> operator()(const std::vector<double>& coefficients) const {
    return Planner(LawAt<L>{to_axis<L>(coefficients), n_law_per_active, log_given, log_embedding},
                   cost, shape);
  }
};

/// ln of the values that the law's own variables beside N, D and G are given. Throws
/// InvalidArgument for one that is missing or out of its bounds.
template <Law L>
std::array<double, kNumVariables> log_given_values(const PlanRequest& request) {
  std::array<double, kNumVariables> out{};
  for (const Variable v : L::kVariables) {
    if (v == Variable::kN || v == Variable::kD || v == Variable::kG) continue;
    double x = request.given[index_of(v)];
    if (v == Variable::kE && std::isnan(x)) x = request.law.expansion.value_or(x);
    const std::string flag = v == Variable::kE ? "expansion" : std::string(info(v).key);
    if (std::isnan(x)) {
      throw InvalidArgument("the law " + std::string(L::kName) + " needs --" + flag + " (" +
                            std::string(info(v).meaning) + ")");
    }
    const std::string fault = value_fault(info(v), x);
    if (!fault.empty()) throw InvalidArgument("--" + flag + " " + fault);
    out[index_of(v)] = log_value(x);
  }
  return out;
}

namespace detail {

template <Law L, class Result, class F>
Result with_costs(const PlanRequest& request, F& f) {
  const double per_active = n_law_per_active(request);
  const auto given = log_given_values<L>(request);
  // d_model grows with the cube root of active parameters.
  const double log_embedding = std::log(request.embedding_rows * request.shape.d_model(1.0));
  auto with = [&](const auto& cost) -> Result {
    return f(PlannerMaker<L, std::decay_t<decltype(cost)>>{cost, request.shape, per_active, given,
                                                           log_embedding});
  };
  if (request.accounting == FlopAccounting::kSixNd) return with(SixNd{});
  return with(PaperFlops{request.law.expansion.value_or(1.0), request.flops_per_active,
                         request.router_cost, request.shape});
}

}  // namespace detail

/// Calls f(make), where make is the PlannerMaker of the request's law and cost, and returns what f
/// returns. Throws InvalidArgument for a law that nothing can be planned with.
template <class F>
auto with_planners(const PlanRequest& request, F&& f) {
  using Result = std::invoke_result_t<F, PlannerMaker<Chinchilla, SixNd>>;
  return visit_law(request.law.law, [&]<Law L>() -> Result {
    // Of a law whose variables are known only now, the same is asked now.
    if constexpr (kMayPlan<L>) {
      if (!can_plan<L>()) refuse_plan(L::kName);
      return detail::with_costs<L, Result>(request, f);
    } else {
      refuse_plan(L::kName);
    }
  });
}

}  // namespace isoflop
