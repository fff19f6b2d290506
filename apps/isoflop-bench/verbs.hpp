// The subcommands of isoflop-bench. Each adds itself to the parser and leaves what is to be run;
// parsing does no work.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/isoflop/verbs.hpp"
#include "cuda/device/moe_bench.hpp"

namespace isoflop::app {

/// What a command takes from outside, so that a test can give it something else.
struct BenchWorld {
  /// Throws CudaError where there is no device.
  std::function<std::unique_ptr<bench::Device>()> open_device;
  std::function<double()> clock_s;   ///< seconds since any moment; never goes back
  std::function<std::string()> now;  ///< UTC, ISO 8601
  std::vector<std::string> command_line;
};

/// The real one.
BenchWorld bench_world(std::vector<std::string> command_line);

/// Measured, and beside them those of the datasheet where the card is known.
CostPeaks peaks_of(bench::Device& device, const CostEnvironment& environment);

/// The same with date, revision and command line.
CostEnvironment with_provenance(CostEnvironment environment, const BenchWorld& world);

void add_bench_compare(CLI::App& app, Job& job);
void add_bench_model(CLI::App& app, Job& job, const BenchWorld& world);
void add_bench_moe(CLI::App& app, Job& job, const BenchWorld& world);
void add_bench_peaks(CLI::App& app, Job& job, const BenchWorld& world);
void add_bench_show(CLI::App& app, Job& job);
void add_bench_sweep(CLI::App& app, Job& job, const BenchWorld& world);
void add_bench_verify(CLI::App& app, Job& job, const BenchWorld& world);

/// All of them.
void add_bench_commands(CLI::App& app, Job& job, const BenchWorld& world);

/// "CUDA: built for sm_80 sm_90, run: no device (why)" or "CUDA: not built (no nvcc)".
std::string describe_cuda();

}  // namespace isoflop::app
