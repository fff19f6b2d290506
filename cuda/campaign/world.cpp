#include "cuda/campaign/world.hpp"

#include "isoflop/cost/gpus.hpp"

namespace isoflop::bench {

CostEnvironment environment_of(const Device& device, const World& world) {
  CostEnvironment out = device.environment();
  out.date = world.now();
  out.git_revision = world.git_revision;
  out.command_line = world.command_line;
  return out;
}

MeasuredTable measured_peaks(Device& device, const World& world) {
  CostEnvironment environment = environment_of(device, world);
  CostPeaks peaks = device.measure_peaks();
  if (const GpuSpec* const gpu = find_gpu_of_driver(environment.gpu_name)) {
    peaks.spec_flops_per_s = gpu->flops_per_s;
    peaks.spec_bytes_per_s = gpu->bytes_per_s;
    peaks.spec_of = gpu->name;
  }
  return MeasuredTable(std::move(environment), std::move(peaks));
}

}  // namespace isoflop::bench
