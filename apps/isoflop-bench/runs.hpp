// What is said of a list of runs: before, while and after they are carried out.
#pragma once

#include <string>

#include "cuda/campaign/measure.hpp"

namespace isoflop::app {

/// Says on stdout what lies ahead, unless it is to be quiet (--json), and shows the progress.
bench::MeasureObserver run_observer(const bench::MeasureRequest& request, bool is_quiet);

/// Lines about runs that were not timed, for people; "" if there is none.
std::string describe_missed(const bench::MeasureResult& result);

}  // namespace isoflop::app
