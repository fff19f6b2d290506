/// The time of a cost table as the cost of plans: budgets are GPU-seconds then.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "isoflop/cost/choose_rows.hpp"
#include "isoflop/cost/cost_table.hpp"
#include "isoflop/cost/training_time.hpp"
#include "isoflop/plan/plan_problem.hpp"

namespace isoflop {

/// What the time of a problem is that of.
struct TableTime {
  CostSource source = CostSource::kRoofline;
  std::string gpu_name;          ///< "" where the table names none
  std::string backend;           ///< as it was chosen: of measured tables a name or kBestBackend
  std::string routing;           ///< of the rows that are used, of measured tables
  bool graph = true;             ///< those rows are of CUDA graphs, not launched kernel by kernel
  Check checked = Check::kNone;  ///< the weakest check behind one of them
  TrainingSetup setup;
};

/// Throws InvalidArgument unless a time can stand for the FLOPs of the problem: those of models of
/// experts, with the router's cost as it is by default.
void require_timeable(const PlanProblem& problem);

/// The micro-batches and activations of the rows: where there is one only, nobody has to say it.
std::set<double> tokens_in(const CostTable& table);
std::set<Activation> activations_in(const CostTable& table);

/// bf16 FLOP/s that dense products reach: measured, else those of the datasheet; `share` of them
/// where it is said. Throws InvalidArgument where the table names neither, and for a share above 1.
double dense_flops_per_s(const CostTable& table, std::optional<double> share);

/// Puts the time of the chosen rows into the problem, whose law says the expansion rate. Throws
/// InvalidArgument as CostSurface and TrainingTime do.
TableTime use_table_time(PlanProblem& problem, const CostTable& table, const CostChoice& choice,
                         TrainingSetup setup);

/// How far the problem's time scatters, for intervals: a hundred resamples of what was measured.
/// Nothing where it is no time, or that of a formula.
void add_time_draws(PlanProblem& problem);

}  // namespace isoflop
