// Carries a list of planned runs out: check, time, record, one after the other, each written at
// once.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "apps/isoflop-bench/verbs.hpp"
#include "cuda/campaign/sweep.hpp"

namespace isoflop::app {

struct MeasureOptions {
  std::string output;   ///< cost table; "": none is written
  bool resume = false;  ///< go on with `output` where it is there
  double limit_s = std::numeric_limits<double>::infinity();  ///< no run begins that would end later
  bool is_quiet = false;                                     ///< nothing on stdout (--json)
};

/// A run that gave no rows, and why in one clause.
struct MissedRun {
  PlannedRun run;
  std::string reason;
};

struct MeasureResult {
  CostTable table;                 ///< what was there before a resume included
  std::size_t num_measured = 0;    ///< runs of this call
  std::size_t num_resumed = 0;     ///< runs that the table held already
  std::vector<MissedRun> failed;   ///< the check did not pass: no time was taken
  std::vector<MissedRun> skipped;  ///< cannot be run on this device
  std::vector<PlannedRun> left;    ///< the limit came first
};

/// Opens the device, measures the peaks, prints the count and the planned time, then runs. The
/// anchor GEMM is timed before, between and behind; where it drifted by more than 2 %, the rows of
/// that stretch say so. Throws DataError where `output` cannot be written, holds measurements
/// although resume is not asked for, or cannot be resumed; CudaError where the device fails: what
/// was complete by then is in the file.
MeasureResult measure_runs(const BenchWorld& world, std::vector<PlannedRun> runs,
                           const MeasureOptions& options);

/// Lines about runs that were not timed, for people; "" if there is none.
std::string describe_missed(const MeasureResult& result);

/// 1 if a check failed or the table is empty, else 0.
int exit_code_of(const MeasureResult& result);

}  // namespace isoflop::app
