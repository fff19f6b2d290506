#include "isoflop/fit/fit_law.hpp"

#include "fit/make_fit_law.hpp"
#include "isoflop/laws/list.hpp"

namespace isoflop {

std::unique_ptr<const FitLaw> fit_law(const AnyLaw& law) {
  return visit_law(law, [](const auto& own) { return make_fit_law(own); });
}

}  // namespace isoflop
