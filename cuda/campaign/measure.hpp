// Carries a list of planned runs out: check, time, record, one after the other, each written at
// once.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "cuda/campaign/sweep.hpp"
#include "cuda/campaign/world.hpp"

namespace isoflop::bench {

struct MeasureRequest {
  std::string output;   ///< cost table; "": none is written
  bool resume = false;  ///< go on with `output` where it is there
  double limit_s = std::numeric_limits<double>::infinity();  ///< no run begins that would end later
};

/// What lies ahead, said before the first run.
struct Ahead {
  std::size_t num_runs = 0;
  double seconds = 0.0;         ///< planned, not measured
  std::size_t num_resumed = 0;  ///< runs that the table held already
};

/// Whom the going-on is told.
struct MeasureObserver {
  std::function<void(const Ahead&)> begins{};
  std::function<void(std::size_t done, std::size_t all)> progress{};
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

/// Opens the device, measures the peaks, then runs. The anchor GEMM is timed before, between and
/// behind; where it drifted by more than 2 %, the rows of that stretch say so. Throws DataError
/// where `output` cannot be written, holds measurements although resume is not asked for, or cannot
/// be resumed; CudaError where the device fails: what was complete by then is in the file.
MeasureResult measure_runs(const World& world, std::vector<PlannedRun> runs,
                           const MeasureRequest& request, const MeasureObserver& observer = {});

/// 1 if a check failed or the table is empty, else 0.
int exit_code_of(const MeasureResult& result);

}  // namespace isoflop::bench
