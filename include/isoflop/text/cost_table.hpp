/// A cost table for people.
#pragma once

#include <string>

#include "isoflop/cost/cost_table.hpp"

namespace isoflop::text {

/// Where it comes from, the peaks, and per series of layers the times, rates and shares of stages.
std::string describe_cost_table(const CostTable& table);

}  // namespace isoflop::text
