// The runs of a sweep: its table as sizes, losses and budgets.
#pragma once

#include <string>
#include <vector>

#include "isoflop/api/run_conventions.hpp"
#include "isoflop/api/runs_choice.hpp"
#include "isoflop/io/records.hpp"
#include "isoflop/sweep/budgets.hpp"

namespace isoflop::api {

/// What of a table makes it a sweep.
struct SweepQuestion {
  std::string budget;        ///< column, or empty
  std::string cost = "6nd";  ///< as in ProfilesRequest
  double tolerance = 0.1;
  std::string axis = "n", by;
};

struct SweepTable {
  Records records;  ///< N and D filled in where they follow from the budget
  SweepRuns runs;
  std::vector<double> flops;     ///< [n] of each run under the accounting, or empty
  std::vector<double> n_active;  ///< [n], or empty
  std::vector<Budget> budgets;
  std::string axis, by;  ///< symbols
  double farthest = 0.0;
};

/// Whether FLOPs are counted by one of the library's own accountings.
bool is_own_accounting(const std::string& cost);

/// Training FLOPs of every run of a table with N and D (and G, for "paper"); a column's where
/// `cost` names one, which was read as C. Throws InvalidArgument where the conventions do not
/// settle them.
std::vector<double> flops_of_runs(const RunTable& runs, const std::string& cost,
                                  const RunConventions& conventions);

/// Active parameters of every run, by what N means and E.
std::vector<double> active_parameters(const RunTable& runs, const RunConventions& conventions);

/// Adds to `how` what an accounting needs of a table, and to `needed` the variables.
void require_flops(const std::string& cost, RecordOptions& how, std::vector<Variable>& needed);

/// Throws as read_records(), budgets_of_flops() and flops_of_runs(); DataError for a run whose
/// FLOPs contradict the budget that it names, with its line.
SweepTable read_sweep(const RunsChoice& runs, const RunConventions& conventions,
                      const SweepQuestion& question);

}  // namespace isoflop::api
