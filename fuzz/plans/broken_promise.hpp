/// What holds for every plan, whatever the law:
///   a plan costs its budget; a larger budget gives no higher loss; nor does a looser limit.
#pragma once

#include <cstddef>
#include <string>

#include "random_problem.hpp"

namespace isoflop::fuzz {

struct PlanChecks {
  std::size_t refused = 0;   ///< problems that the planner will not plan
  std::size_t plans = 0;     ///< that were usable
  std::size_t compared = 0;  ///< pairs of plans, of budgets or limits
};

/// The first promise that is broken, in words; "" where all hold. Adds to `checks`.
std::string broken_promise(const RandomPlan& asked, PlanChecks& checks);

}  // namespace isoflop::fuzz
