/// What a planner is asked, budgets apart: the law, its conventions, how FLOPs are counted, which
/// granularities are compared, and limits.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isoflop/api/accounting_choice.hpp"
#include "isoflop/api/law_choice.hpp"
#include "isoflop/api/limits_choice.hpp"
#include "isoflop/plan/plan_problem.hpp"

namespace isoflop::api {

struct PlannerChoice {
  LawChoice law;
  AccountingChoice accounting;
  double max_granularity = PlanOptions{}.max_granularity;
  double router_cost = PlanProblem{}.router_cost;       ///< c_r, FLOPs of routing
  double active_cost = PlanProblem{}.flops_per_active;  ///< c_f, per active parameter and token
  std::optional<double> width_per_block;                ///< d_model / n_blocks
  std::optional<double> u, s;                           ///< for laws that have them
  std::vector<std::pair<std::string, double>> set;      ///< variables of the law's own, by name
  LimitsChoice limits;
};

}  // namespace isoflop::api
