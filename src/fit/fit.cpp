#include "isoflop/fit/fit.hpp"

#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/laws/list.hpp"

// The bodies for each shipped law are compiled in a file of their own; see law.cpp.in.
namespace isoflop {

FitReport fit(const AnyLaw& law, const RunTable& runs, const FitOptions& options) {
  return visit_law(law, [&](const auto& own) { return fit(own, runs, options); });
}

BootstrapReport bootstrap(const AnyLaw& law, const RunTable& runs, const FitOptions& options,
                          const FitReport& fit, const BootstrapOptions& how) {
  return visit_law(law, [&](const auto& own) { return bootstrap(own, runs, options, fit, how); });
}

}  // namespace isoflop
