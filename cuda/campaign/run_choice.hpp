// How layers are run, as a request says it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cuda/campaign/backend_choice.hpp"
#include "cuda/campaign/sweep.hpp"

namespace isoflop::bench {

struct RunChoice {
  std::string routing = "multinomial";  ///< as parse_routing reads it
  BackendChoice backends;
  std::optional<double> capacity_factor;  ///< of the backend batched
  std::uint64_t seed = 1;                 ///< of inputs, weights and routing
};

/// Every layer with every backend. Backends that this routing or this device does not suit are left
/// out with a line each in `remarks`; where they were asked for by name that is an InvalidArgument.
/// Reads a file of expert ids, so that its faults show before a device is asked for: DataError.
std::vector<Configuration> configurations_of(const std::vector<MoeLayer>& layers,
                                             const RunChoice& choice, const BackendsHere& here,
                                             std::vector<std::string>& remarks);

/// The same as runs by priority. regime: "sustained" or "burst"; pass: "fwd", "bwd" or "both";
/// throws InvalidArgument for other words.
std::vector<PlannedRun> planned_runs(const std::vector<MoeLayer>& layers, const RunChoice& choice,
                                     const BackendsHere& here, const std::string& regime,
                                     const std::string& pass, std::vector<std::string>& remarks);

}  // namespace isoflop::bench
