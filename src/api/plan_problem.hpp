// The problem that a request for a plan poses, with what its shape says.
#pragma once

#include <string>
#include <vector>

#include "isoflop/api/plan.hpp"

namespace isoflop::api {

/// Settles the expansion rate and granularity that counts of experts and the shape say, and poses
/// the problem. `law` is the one that the request names. `conversions` takes what the shape was
/// asked for, and how it answered.
PlanProblem pose(PlanRequest request, const LawRecord& law, std::vector<std::string>& conversions);

}  // namespace isoflop::api
