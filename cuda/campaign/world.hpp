// What a campaign takes from outside, so that a test can give it something else.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cuda/campaign/backend_choice.hpp"
#include "cuda/device/moe_bench.hpp"
#include "isoflop/cost/measured_table.hpp"

namespace isoflop::bench {

struct World {
  /// Throws CudaError where there is no device.
  std::function<std::unique_ptr<Device>()> open_device;
  std::function<BackendsHere()> backends;
  std::function<double()> clock_s;   ///< seconds since any moment; never goes back
  std::function<std::string()> now;  ///< UTC, ISO 8601
  std::vector<std::string> command_line;
  std::string git_revision;  ///< of isoflop, "" where unknown
};

/// The device with date, revision and command line.
CostEnvironment environment_of(const Device& device, const World& world);

/// The device and its peaks, measured now, and beside them those of the datasheet where the card is
/// known; no row.
MeasuredTable measured_peaks(Device& device, const World& world);

}  // namespace isoflop::bench
