/// The expansion rate E to train with, where the law has one: of powers of two within the range of
/// the runs behind the law, the one whose plan has the lowest loss. Where FLOPs count active
/// parameters alone, more experts cost memory only, so that a limit on that has to hold them back.
#pragma once

#include <functional>
#include <vector>

#include "isoflop/core/ranges.hpp"
#include "isoflop/plan/plan.hpp"

namespace isoflop {

/// What one of the expansion rates that were compared would give.
struct RivalExpansion {
  double expansion;
  PlanStatus status;
  double loss;  ///< infinity for a plan that is not usable
};

/// `plan_at` plans at one expansion rate. Rates rise.
std::vector<RivalExpansion> rival_expansions(const Range& range,
                                             const std::function<Plan(double)>& plan_at);

/// Precondition: there are rivals.
const RivalExpansion& best_expansion(const std::vector<RivalExpansion>& rivals);

}  // namespace isoflop
