#include "text/budget.hpp"

#include <fmt/format.h>

#include "isoflop/io/number.hpp"

namespace isoflop::text {

std::string unit_of(const PlanProblem& problem) { return problem.time ? "GPU-hours" : "FLOPs"; }

std::string budget_text(const PlanProblem& problem, double budget) {
  return human_number(problem.time ? budget / kSecondsPerHour : budget);
}

std::string describe_cost(const CostTerms& cost) {
  if (cost.accounting == FlopAccounting::kSixNd) return "6 N_active D";
  return fmt::format("(12 d^2 c_f + d E G c_r) D n_blocks, c_f = {}, c_r = {}, d = {} n_blocks",
                     format_number(cost.flops_per_active), format_number(cost.router_cost),
                     format_number(cost.width_per_block));
}

namespace {

std::string checked_text(Check checked) {
  switch (checked) {
    case Check::kReference:
      return "checked against float64";
    case Check::kSelf:
      return "checked against itself only";
    case Check::kNone:
      break;
  }
  return "not checked";
}

}  // namespace

std::string time_line(const std::string& cost_table, const TableTime& time) {
  std::string who;
  if (time.source == CostSource::kMeasured) {
    who = fmt::format(", {}, {} routing{}, {}",
                      time.backend == kBestBackend ? "fastest dropless backend" : time.backend,
                      time.routing, time.graph ? "" : ", launched kernel by kernel",
                      checked_text(time.checked));
  }
  const TrainingSetup& setup = time.setup;
  return fmt::format("time: {} ({}{}{}), {} tokens at once, {}{}, dense products at {} FLOP/s{}\n",
                     cost_table, kCostSourceNames[static_cast<std::size_t>(time.source)],
                     time.gpu_name.empty() ? "" : ", " + time.gpu_name, who,
                     human_number(setup.tokens), to_string(setup.activation),
                     setup.k0 == 1.0 ? "" : ", k0 = " + format_number(setup.k0),
                     human_number(setup.dense_flops_per_s),
                     setup.expert_parallel > 1.0
                         ? ", experts over " + format_number(setup.expert_parallel) + " GPUs"
                         : "");
}

}  // namespace isoflop::text
