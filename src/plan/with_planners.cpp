#include <cmath>

#include "isoflop/cost/paper_flops.hpp"
#include "isoflop/cost/six_nd.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/list.hpp"
#include "isoflop/plan/any_planner.hpp"
#include "isoflop/plan/plannable.hpp"
#include "isoflop/plan/planner.hpp"

namespace isoflop {
namespace {

template <Law L, Cost C>
class PlannerOf final : public AnyPlanner {
 public:
  explicit PlannerOf(Planner<L, C> planner) : planner_(std::move(planner)) {}

  Plan plan(double budget, const PlanOptions& options) const override {
    return planner_.plan(budget, options);
  }
  Plan describe(double budget, const Optimum& best) const override {
    return planner_.describe(budget, best);
  }
  Optimum optimum(double log_budget, const PlanOptions& options,
                  const Optimum* near) const override {
    return planner_.optimum(log_budget, options, near);
  }
  double cheapest_log_budget(double log_loss, double log_budget, const PlanOptions& options,
                             const Optimum& best) const override {
    return planner_.cheapest_log_budget(log_loss, log_budget, options, best);
  }
  std::optional<double> log_budget_for(double log_loss, const PlanOptions& options) const override {
    return planner_.log_budget_for(log_loss, options);
  }
  double log_loss(double log_n_active, double log_d, double log_g) const override {
    return planner_.law().log_loss(log_n_active, log_d, log_g);
  }
  double log_spent(const Optimum& run) const override {
    return planner_.size().log_spent(run.log_n_active, run.log_d, run.log_g);
  }
  double log_tokens(double log_budget, double log_n_active, double log_g) const override {
    return planner_.size().log_tokens(log_budget, log_n_active, log_g);
  }
  double log_cost_per_token(double log_n_active, double log_g) const override {
    return planner_.size().cost().log_cost_per_token(log_n_active, log_g);
  }
  double n_law(double n_active) const override { return planner_.law().n_law(n_active); }

 private:
  Planner<L, C> planner_;
};

/// ln of the values that the law's own variables beside N, D and G are given. Throws
/// InvalidArgument for one that is missing or out of its bounds.
template <Law L>
std::array<double, kNumVariables> log_given_values(const PlanProblem& request) {
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

using Use = std::function<void(const MakePlanner&)>;

template <Law L, Cost C>
void use_with(const C& cost, const PlanProblem& request, LawAt<L> law, const Use& f) {
  f([&](const std::vector<double>& coefficients) -> std::unique_ptr<AnyPlanner> {
    law.theta = to_axis<L>(coefficients);
    return std::make_unique<PlannerOf<L, C>>(
        Planner<L, C>(law, cost, request.shape, request.limits));
  });
}

template <Law L>
void use(const PlanProblem& request, const Use& f) {
  LawAt<L> law;
  law.n_law_per_active = n_law_per_active(request);
  law.log_given = log_given_values<L>(request);
  // d_model grows with the cube root of active parameters.
  law.log_embedding = std::log(request.embedding_rows * request.shape.d_model(1.0));
  law.log_unique = std::log(request.unique_tokens);
  if (request.time) {
    use_with(*request.time, request, law, f);
  } else if (request.accounting == FlopAccounting::kSixNd) {
    use_with(SixNd{}, request, law, f);
  } else {
    use_with(PaperFlops{request.law.expansion.value_or(1.0), request.flops_per_active,
                        request.router_cost, request.shape},
             request, law, f);
  }
}

}  // namespace

void with_planners(const PlanProblem& request, const Use& f) {
  visit_law(request.law.law, [&]<Law L>() {
    // Of a law whose variables are known only now, the same is asked now.
    if constexpr (kMayPlan<L>) {
      if (!can_plan<L>()) refuse_plan(L::kName);
      use<L>(request, f);
    } else {
      refuse_plan(L::kName);
    }
  });
}

}  // namespace isoflop
