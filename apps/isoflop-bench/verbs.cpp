#include "apps/isoflop-bench/verbs.hpp"

#include <chrono>
#include <ctime>

#include "isoflop/cost/gpus.hpp"
#include "isoflop/git_revision.hpp"

namespace isoflop::app {

BenchWorld bench_world(std::vector<std::string> command_line) {
  BenchWorld out;
  out.open_device = [] { return bench::open_device(); };
  out.clock_s = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  };
  out.now = [] {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    char text[32];
    return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc));
  };
  out.command_line = std::move(command_line);
  return out;
}

void add_bench_commands(CLI::App& app, Job& job, const BenchWorld& world) {
  add_bench_peaks(app, job, world);
  add_bench_verify(app, job, world);
  add_bench_moe(app, job, world);
  add_bench_sweep(app, job, world);
  add_bench_model(app, job, world);
  add_bench_show(app, job);
  add_bench_compare(app, job);
}

CostPeaks peaks_of(bench::Device& device, const CostEnvironment& environment) {
  CostPeaks out = device.measure_peaks();
  if (const GpuSpec* const gpu = find_gpu_of_driver(environment.gpu_name)) {
    out.spec_flops_per_s = gpu->flops_per_s;
    out.spec_bytes_per_s = gpu->bytes_per_s;
    out.spec_of = gpu->name;
  }
  return out;
}

CostEnvironment with_provenance(CostEnvironment environment, const BenchWorld& world) {
  environment.date = world.now();
  environment.git_revision = kGitRevision;
  environment.command_line = world.command_line;
  return environment;
}

std::string describe_cuda() {
  const std::string built = bench::built_for();
  if (built.empty()) return "CUDA: not built (no nvcc)";
  const std::string fault = bench::why_no_device();
  return "CUDA: built for " + built +
         (fault.empty() ? ", run: on a device" : ", run: no device (" + fault + ")");
}

}  // namespace isoflop::app
