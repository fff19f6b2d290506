// How training FLOPs are counted and which granularities are compared, as a command line says it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "isoflop/laws/law_record.hpp"
#include "isoflop/plan/plan_law.hpp"

namespace CLI {
class App;
}

namespace isoflop::app {

struct CostArguments {
  std::string cost, granularity = "pow2";

  void add(CLI::App& command);
  /// A request to plan with this law, whose coefficients may still be missing. Throws UsageError or
  /// InvalidArgument where the words contradict the law or its conventions do not settle the cost.
  PlanProblem request(const LawRecord& law, double embedding_rows = 0.0) const;
};

/// "6 N_active D", or the FLOPs of the paper with their constants.
std::string describe_cost(const PlanProblem& request);
/// The same for programs: accounting and, for the paper's, its constants.
nlohmann::ordered_json cost_json(const PlanProblem& request);

}  // namespace isoflop::app
