#include "plan/loss_surface.hpp"

#include <string>

#include "isoflop/error.hpp"
#include "isoflop/laws/list.hpp"
#include "isoflop/plan/plannable.hpp"
#include "plan/surface_of.hpp"

namespace isoflop {

std::shared_ptr<const LossSurface> loss_surface(
    const AnyLaw& law, std::span<const double> coefficients,
    const std::array<double, kNumVariables>& log_given) {
  return visit_law(law, [&]<Law L>(const L& own) -> std::shared_ptr<const LossSurface> {
    // Of a law whose variables are known only now, the same is asked now.
    if constexpr (kMayPlan<L>) {
      if (can_plan(own)) return std::make_shared<SurfaceOf<L>>(own, coefficients, log_given);
    }
    throw InvalidArgument("the law " + law.name() + " gives no loss from N and D");
  });
}

}  // namespace isoflop
