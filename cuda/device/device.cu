/// The device of a build with CUDA: what it is, and the entries to peaks, checks and times.
#include <cublasLt.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "cuda/checks/kernel_checks.hpp"
#include "cuda/checks/layer_check.hpp"
#include "cuda/checks/product_checks.hpp"
#include "cuda/device/backend_name.hpp"
#include "cuda/device/cuda_handles.hpp"
#include "cuda/device/moe_bench.hpp"
#include "cuda/device/nvml.hpp"
#include "cuda/device/peaks.hpp"
#include "cuda/timing/layer_timer.hpp"
#include "cuda/timing/sample_timer.hpp"

namespace isoflop::bench {
namespace {

__global__ void probe() {}

// 13010 -> "13.1", 130100 -> "13.1.0".
std::string runtime_version(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}
std::string cublas_version(std::size_t version) {
  return std::to_string(version / 10000) + "." + std::to_string(version % 10000 / 100) + "." +
         std::to_string(version % 100);
}

std::string capability_text(int major, int minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

cudaDeviceProp current_device() {
  int device = 0;
  ISOFLOP_CUDA_CALL(cudaGetDevice(&device));
  cudaDeviceProp properties{};
  ISOFLOP_CUDA_CALL(cudaGetDeviceProperties(&properties, device));
  return properties;
}

std::string uuid_of(const cudaDeviceProp& properties) {
  std::array<unsigned char, 16> bytes;
  std::copy(std::begin(properties.uuid.bytes), std::end(properties.uuid.bytes), bytes.begin());
  return gpu_uuid_text(bytes);
}

class CudaDevice : public Device {
 public:
  CudaDevice() : properties_(current_device()), nvml_(uuid_of(properties_)), timer_(nvml_) {}

  CostEnvironment environment() const override {
    CostEnvironment out;
    out.gpu_name = properties_.name;
    out.gpu_uuid = uuid_of(properties_);
    out.num_sms = static_cast<std::uint64_t>(properties_.multiProcessorCount);
    out.memory_bytes = properties_.totalGlobalMem;
    out.l2_bytes = l2_bytes();
    out.compute_capability = capability_text(properties_.major, properties_.minor);
    int driver = 0, runtime = 0;
    ISOFLOP_CUDA_CALL(cudaDriverGetVersion(&driver));
    ISOFLOP_CUDA_CALL(cudaRuntimeGetVersion(&runtime));
    out.driver = nvml_.driver_version();
    if (out.driver.empty()) out.driver = "for CUDA " + runtime_version(driver);
    out.cuda = runtime_version(runtime);
    out.cublas = cublas_version(cublasLtGetVersion());
    return out;
  }

  std::uint64_t free_bytes() const override {
    std::size_t free = 0, total = 0;
    ISOFLOP_CUDA_CALL(cudaMemGetInfo(&free, &total));
    return free;
  }

  std::uint64_t needed_bytes(const Configuration& configuration,
                             const TimingOptions&) const override {
    return timing_bytes(configuration, l2_bytes());
  }

  CostPeaks measure_peaks() override { return bench::measure_peaks(timer_, l2_bytes()); }

  double anchor_s() override {
    if (!anchor_) anchor_.emplace(timer_.stream());
    return anchor_->seconds(timer_);
  }

  CheckReport check(const Configuration& configuration) override {
    return check_layer(configuration, timer_.stream());
  }

  CheckReport check_kernels(const MoeLayer& layer, std::uint64_t seed) override {
    CheckReport report;
    report.configuration.layer = layer;
    report.configuration.seed = seed;
    report.items = bench::check_kernels(layer, seed);
    return report;
  }

  CheckReport check_products(const Configuration& configuration, int repeats) override {
    CheckReport report;
    report.configuration = configuration;
    const std::string_view name = parse_backend_name(configuration.backend).base;
    if (backend_needs_capacity(name)) return report;
    const ProductCase c = product_case_of(configuration.layer);
    report.configuration.layer = c.layer;
    report.items =
        bench::check_products(*make_backend(name), c.layer, c.counts, configuration.seed, repeats);
    return report;
  }

  std::vector<CostRow> time(const Configuration& configuration, const TimingOptions& options,
                            const CheckReport& report) override {
    return time_layer(configuration, options, report, l2_bytes(), timer_, nvml_);
  }

 private:
  std::uint64_t l2_bytes() const { return static_cast<std::uint64_t>(properties_.l2CacheSize); }

  cudaDeviceProp properties_;
  Nvml nvml_;
  SampleTimer timer_;
  std::optional<Anchor> anchor_;  // takes 130 MB: only where drift is asked for
};

}  // namespace

std::string built_for() { return ISOFLOP_BUILT_FOR; }

std::string device_capability() {
  int device = 0, major = 0, minor = 0;
  if (cudaGetDevice(&device) != cudaSuccess ||
      cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device) != cudaSuccess ||
      cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device) != cudaSuccess) {
    cudaGetLastError();
    return {};
  }
  return capability_text(major, minor);
}

std::string why_no_device() {
  int count = 0;
  if (const cudaError_t code = cudaGetDeviceCount(&count); code != cudaSuccess) {
    cudaGetLastError();
    return std::string("CUDA finds no device: ") + cudaGetErrorString(code);
  }
  if (count == 0) return "CUDA finds no device";
  cudaFuncAttributes attributes{};
  if (const cudaError_t code = cudaFuncGetAttributes(&attributes, probe); code != cudaSuccess) {
    cudaGetLastError();
    return "kernels built for " + built_for() +
           " do not run on this device: " + cudaGetErrorString(code);
  }
  return {};
}

std::unique_ptr<Device> open_device() {
  if (const std::string reason = why_no_device(); !reason.empty()) throw CudaError(reason);
  return std::make_unique<CudaDevice>();
}

}  // namespace isoflop::bench
