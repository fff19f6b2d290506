// What is said of a list of runs: before, while and after they are carried out.
#pragma once

#include <string>
#include <vector>

#include "cuda/campaign/measure.hpp"

namespace isoflop::app {

/// Says on stdout what lies ahead, unless it is to be quiet (--json), and shows the progress.
bench::MeasureObserver run_observer(const bench::MeasureRequest& request, bool is_quiet);

/// Throws InvalidArgument where the table goes to standard output: it is written anew after every
/// run.
void require_resumable(const bench::MeasureRequest& request);

/// A line for each reason, with the run; of several runs with one reason, with how many and the
/// first.
std::vector<std::string> describe_by_reason(const std::vector<bench::MissedRun>& runs);

/// Lines about runs that were not timed, for people; "" if there is none.
std::string describe_missed(const bench::MeasureResult& result);

}  // namespace isoflop::app
