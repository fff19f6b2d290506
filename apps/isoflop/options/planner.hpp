// What a planner is asked, budgets apart, as a command line says it: the law, its conventions, how
// FLOPs are counted, which granularities are compared, and limits.
#pragma once

#include <array>
#include <string>

#include "apps/isoflop/options/accounting.hpp"
#include "apps/isoflop/options/law.hpp"
#include "apps/isoflop/options/limits.hpp"
#include "isoflop/core/variable.hpp"
#include "isoflop/plan/plan_problem.hpp"

namespace CLI {
class App;
}

namespace isoflop::app {

struct PlannerArguments {
  LawArguments law;
  CostArguments cost;
  std::string max_granularity = "1024";
  std::string active_cost = "6", router_cost = "14", width_per_block;
  std::array<std::string, kNumVariables> given;  ///< --u and --s
  LimitArguments limits;

  void add(CLI::App& command);
  /// Throws UsageError, InvalidArgument or DataError where words are wrong, contradict each other
  /// or do not settle the law's conventions.
  /// embedding_rows as in PlanProblem.
  PlanProblem request(double embedding_rows = 0.0) const;
};

}  // namespace isoflop::app
