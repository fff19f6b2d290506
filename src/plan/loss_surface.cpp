#include "plan/loss_surface.hpp"

#include <string>

#include "isoflop/error.hpp"
#include "isoflop/laws/list.hpp"
#include "plan/surface_of.hpp"

namespace isoflop {
namespace {

template <Law L>
constexpr bool has_n_and_d(const L& law) {
  return has_variable(law, Variable::kN) && has_variable(law, Variable::kD);
}

/// The same as far as the compiler can tell: true where variables are known only when the program
/// runs.
template <Law L>
constexpr bool may_have_n_and_d() {
  if constexpr (requires { L::kVariableCapacity; }) {
    return true;
  } else {
    return has_n_and_d(L{});
  }
}

}  // namespace

std::shared_ptr<const LossSurface> loss_surface(
    const AnyLaw& law, std::span<const double> coefficients,
    const std::array<double, kNumVariables>& log_given) {
  return visit_law(law, [&]<Law L>(const L& own) -> std::shared_ptr<const LossSurface> {
    if constexpr (may_have_n_and_d<L>()) {
      if (has_n_and_d(own)) return std::make_shared<SurfaceOf<L>>(own, coefficients, log_given);
    }
    throw InvalidArgument("the law " + law.name() + " gives no loss from N and D");
  });
}

}  // namespace isoflop
