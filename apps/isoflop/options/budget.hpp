// What a plan may spend, and how that is counted, as a command line says it: FLOPs, GPU-hours by a
// cost table or by a share of a GPU's peak, or whatever reaches a loss.
#pragma once

#include <string>
#include <vector>

#include "isoflop/plan/plan_problem.hpp"

namespace CLI {
class App;
}

namespace isoflop::app {

struct BudgetArguments {
  std::vector<std::string> flops, gpu_hours, target_loss;
  std::string gpus, days, price_per_gpu_hour;
  std::string gpu, mfu;  // GPU-hours without a cost table
  std::string cost_table, backend = "best", regime = "sustained", micro_batch, activation, k0;
  std::string mfu_dense, expert_parallel, all_to_all_latency_us, all_to_all_bandwidth;

  void add(CLI::App& command);
  /// Only the options that a cost table is read with.
  void add_time(CLI::App& command);
  /// Puts the time of the cost table into the request, if there is one, and says in a line what it
  /// is. Throws UsageError where words contradict each other, DataError for the file.
  std::string apply_time(PlanProblem& request) const;
  /// How far the request's time scatters, for intervals; nothing where it is none or a formula.
  static void add_time_draws(PlanProblem& request);
  /// The budgets in the unit of the request's cost; of losses to reach, the least that does.
  std::vector<double> budgets(const PlanProblem& request) const;
  /// Dollars, or whatever the price is in, per budget unit; 0 where no price was said or the budget
  /// is FLOPs without a GPU.
  double price_per_unit(const PlanProblem& request) const;
  /// FLOPs that count as one GPU-second: by --gpu and --mfu; 0 where neither was said.
  double flops_per_gpu_second() const;
};

}  // namespace isoflop::app
