#include "isoflop/fit/fit_law.hpp"

#include "fit/make_fit_law.hpp"
#include "isoflop/laws/list.hpp"

// One of several, where the laws are compiled for several instruction sets (src/CMakeLists.txt).
#ifndef ISOFLOP_FIT_LAW
#define ISOFLOP_FIT_LAW fit_law
#endif

namespace isoflop {

std::unique_ptr<const FitLaw> ISOFLOP_FIT_LAW(const AnyLaw& law) {
  return visit_law(law, [](const auto& own) { return make_fit_law(own); });
}

}  // namespace isoflop
