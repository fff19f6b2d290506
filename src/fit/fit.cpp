#include "isoflop/fit/fit.hpp"

#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/laws/list.hpp"

// The bodies for each shipped law are compiled in a file of their own; see law.cpp.in.
namespace isoflop {

FitReport fit(std::string_view law, const RunTable& runs, const FitOptions& options) {
  return visit_law(law, [&]<Law L>() { return fit<L>(runs, options); });
}

BootstrapReport bootstrap(std::string_view law, const RunTable& runs, const FitOptions& options,
                          const FitReport& fit, const BootstrapOptions& how) {
  return visit_law(law, [&]<Law L>() { return bootstrap<L>(runs, options, fit, how); });
}

}  // namespace isoflop
