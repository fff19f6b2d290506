/// Runs of a sweep, and the budgets that they belong to.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace isoflop {

/// One entry per run in every non-empty column.
struct SweepRuns {
  std::vector<double> size;    ///< [n] > 0, along which a profile runs: N, D, a width
  std::vector<double> n, d;    ///< [n] > 0 parameters and training tokens, or empty
  std::vector<double> loss;    ///< [n] > 0, nats per token
  std::vector<double> weight;  ///< [n] >= 0, or empty = every run counts once
  std::vector<double> by;  ///< [n] > 0, a further size of which there is a profile each, or empty
  std::vector<std::size_t> line;  ///< [n] in the file, or empty

  std::size_t num_runs() const { return loss.size(); }
};

struct Budget {
  double flops = 0.0;
  std::vector<std::size_t> runs;  ///< rows
  double spread = 0.0;            ///< largest over smallest FLOPs of its runs, less 1
};

/// Rising budgets of runs whose FLOPs [n] > 0 are their own: sorted, two neighbours share a budget
/// where they differ by at most a share `tolerance`; the budget is the geometric mean. Throws
/// InvalidArgument (budget) where that chains runs together which differ by more than three times
/// as much, so that there are no budgets to speak of.
std::vector<Budget> budgets_of_flops(std::span<const double> flops, double tolerance);

/// Rising budgets of runs that name theirs.
std::vector<Budget> budgets_of_names(std::span<const double> budget);

}  // namespace isoflop
