// Who multiplies, as a request says it, of what there is.
#pragma once

#include <string>
#include <vector>

namespace isoflop::bench {

/// What there is on this machine.
struct BackendsHere {
  std::vector<std::string> built;  ///< backend_names()
  std::string capability;          ///< device_capability()
};
BackendsHere backends_here();

struct BackendChoice {
  std::string backend = "all";  ///< or names as in backend_name.hpp, separated by commas
  /// What those fuse that can: "all", "none", parts joined by "+", several of these separated by
  /// commas, or "each": nothing, then one part more at a time; "": as the names say it.
  std::string fuse{};
};

/// Names of backends in the shortest form, each once. What does not run on this device is left out
/// with a line in `remarks`; where it was asked for by name that is an InvalidArgument, and so are
/// names and parts that are none.
std::vector<std::string> chosen_backends(const BackendChoice& choice, const BackendsHere& here,
                                         std::vector<std::string>& remarks);

}  // namespace isoflop::bench
