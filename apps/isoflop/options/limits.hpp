// What a plan has to keep to beside its budget, as a command line says it.
#pragma once

#include <string>

#include "isoflop/plan/plan_problem.hpp"

namespace CLI {
class App;
}

namespace isoflop::app {

struct LimitArguments {
  std::string unique_tokens, inference_tokens, max_n_active, min_d, tokens_per_parameter;
  std::string max_memory_gb, memory = "training", gpus_per_replica, batch, context, vocab_rows;
  std::string max_ms_per_token, memory_bandwidth;

  void add(CLI::App& command);
  /// Puts the limits into a request whose law and conventions are settled. Throws UsageError where
  /// words are missing or contradict each other.
  void apply(PlanProblem& request) const;
};

/// One line per limit that binds with its price, and one per broken limit with what would do.
std::string limits_text(const PlanProblem& request, const Plan& plan);

}  // namespace isoflop::app
