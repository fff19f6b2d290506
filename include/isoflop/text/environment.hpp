/// A device and its rates as a person reads them.
#pragma once

#include <string>

#include "isoflop/cost/cost_table.hpp"

namespace isoflop::text {

/// Lines ended by a line end. Nothing for what is not known.
std::string describe_environment(const CostEnvironment& environment);
std::string describe_peaks(const CostPeaks& peaks);

}  // namespace isoflop::text
