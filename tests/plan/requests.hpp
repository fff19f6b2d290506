/// Requests for plans in tests.
#pragma once

#include <string>

#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/list.hpp"
#include "isoflop/plan/plan_law.hpp"

namespace isoflop::testing {

inline PlanProblem request_for(const std::string& law, FlopAccounting accounting) {
  PlanProblem request;
  request.law = find_law(law);
  request.accounting = accounting;
  return request;
}

/// Published MoE law at E = 64 under the FLOPs of its paper.
inline PlanProblem moe_request() {
  return request_for("krajewski2024-e64", FlopAccounting::kPaper);
}

inline PlanProblem moe_request_at(double granularity) {
  PlanProblem request = moe_request();
  request.search.search = GranularitySearch::kFixed;
  request.search.granularity = granularity;
  return request;
}

inline Plan plan_at(const PlanProblem& request, double flops) {
  return plan_law(request, {flops}).at(0);
}

/// The loss that the law of the request gives at these active parameters, tokens and granularity.
inline double loss_at(const PlanProblem& request, double n_active, double d, double g) {
  const std::vector<double>& theta = request.law.coefficients;
  const double n = n_active * n_law_per_active(request);
  if (!has_granularity(request.law)) return loss(Chinchilla{}, theta, std::array{n, d});
  return loss(FineGrainedMoe{}, theta, std::array{n, d, g});
}

}  // namespace isoflop::testing
