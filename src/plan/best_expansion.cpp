#include "isoflop/plan/best_expansion.hpp"

#include <algorithm>
#include <cmath>

namespace isoflop {

std::vector<RivalExpansion> rival_expansions(const Range& range,
                                             const std::function<Plan(double)>& plan_at) {
  std::vector<RivalExpansion> out;
  for (double e = 1.0; e <= range.high; e *= 2.0) {
    if (e < range.low) continue;
    const Plan plan = plan_at(e);
    out.push_back({e, plan.status, plan.usable() ? plan.loss : HUGE_VAL});
  }
  return out;
}

const RivalExpansion& best_expansion(const std::vector<RivalExpansion>& rivals) {
  return *std::min_element(rivals.begin(), rivals.end(),
                           [](const auto& a, const auto& b) { return a.loss < b.loss; });
}

}  // namespace isoflop
