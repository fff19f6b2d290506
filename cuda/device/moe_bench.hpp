/// The benchmark of MoE layers as programs see it: no CUDA type in sight. Built twice: with nvcc
/// (device.cu) and without (no_device.cpp, where open_device always throws).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cuda/routing/routing.hpp"
#include "isoflop/cost/cost_table.hpp"
#include "isoflop/cost/fusion.hpp"
#include "isoflop/error.hpp"

namespace isoflop::bench {

/// No device, too little memory, or a call of CUDA, cuBLAS or NVML that failed.
class CudaError : public Error {
 public:
  using Error::Error;
};

/// What is run: a layer, how its tokens are routed, and who multiplies.
struct Configuration {
  MoeLayer layer;
  RoutingChoice routing;
  std::string backend;           ///< of backend_names(), with what it fuses (backend_name.hpp)
  double capacity_factor = 0.0;  ///< batched only: rows per expert, over T K / E'; 0: balanced
  std::uint64_t seed = 1;        ///< of inputs, weights and routing
};

struct TimingOptions {
  Regime regime = Regime::kSustained;
  Pass pass = Pass::kBoth;
  bool stages = true;  ///< the parts as well, in a run of their own
  bool eager = true;   ///< `pass` also launched kernel by kernel
  int min_samples = 30;
  double max_seconds = 3.0;         ///< per row
  double wanted_half_width = 0.01;  ///< of the interval of the median, relative: then it stops
};

/// One comparison of a check; it holds if error <= tolerance.
struct CheckItem {
  std::string what;  ///< "out", "dX", "dW1", "dW2", "dW_router", "expert ids", a kernel's name
  double error = 0.0, tolerance = 0.0;
  bool holds() const { return error <= tolerance; }
};
struct CheckReport {
  Configuration configuration;
  std::vector<CheckItem> items;
  bool passed() const;  ///< something was compared and all of it holds
};

class Device {
 public:
  virtual ~Device() = default;
  /// Device, driver and libraries; date, revision and command line are left to the caller.
  virtual CostEnvironment environment() const = 0;
  virtual std::uint64_t free_bytes() const = 0;
  /// Device memory that timing this configuration takes, buffers rotated beyond L2 included.
  virtual std::uint64_t needed_bytes(const Configuration&, const TimingOptions&) const = 0;
  virtual CostPeaks measure_peaks() = 0;
  /// Seconds of the anchor GEMM now: drift of the card between two calls.
  virtual double anchor_s() = 0;
  /// Against the float64 reference: whole tensors where the layer is small, random rows and columns
  /// where it is large. Throws CudaError where it cannot run at all.
  virtual CheckReport check(const Configuration&) = 0;
  /// Every kernel around the GEMMs alone, on random and adversarial routings.
  virtual CheckReport check_kernels(const MoeLayer&, std::uint64_t seed) = 0;
  /// The backend's products one by one, with what it can fuse and without, on a layer with this
  /// one's widths, few experts and few rows, of which one has none; each is run `repeats` times
  /// more and has to leave the same bits. Nothing is compared where a backend needs as many rows
  /// for every expert.
  virtual CheckReport check_products(const Configuration&, int repeats) = 0;
  /// All rows of one configuration. Precondition: check() passed; its figures go into the rows.
  virtual std::vector<CostRow> time(const Configuration&, const TimingOptions&,
                                    const CheckReport&) = 0;
};

/// Backends of this build, without what they fuse; in a build without CUDA those of every build.
std::vector<std::string> backend_names();
/// Compute capability of the device that open_device() would open, "9.0"; "" where there is none.
std::string device_capability();
/// "sm_80 sm_90 sm_100", or "" in a build without CUDA.
std::string built_for();
/// "" where a device can be used, else one clause that says why not.
std::string why_no_device();
/// Throws CudaError with why_no_device().
std::unique_ptr<Device> open_device();

}  // namespace isoflop::bench
