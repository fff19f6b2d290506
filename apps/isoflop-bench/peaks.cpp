// isoflop-bench peaks: the rates that times are compared with, measured on this GPU.
#include <CLI/CLI.hpp>
#include <memory>

#include "apps/isoflop-bench/text/environment.hpp"
#include "apps/isoflop-bench/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/io/cost_table_file.hpp"

namespace isoflop::app {
namespace {

struct Arguments {
  std::string output;
  bool json = false;
};

int run(const Arguments& arguments, const BenchWorld& world) {
  require_writable(arguments.output);
  const std::unique_ptr<bench::Device> device = world.open_device();
  const CostEnvironment environment = with_provenance(device->environment(), world);
  const CostPeaks peaks = peaks_of(*device, environment);
  const std::string json = cost_table_to_text(MeasuredTable(environment, peaks));
  if (!arguments.output.empty()) write_file(arguments.output, json);
  print(arguments.json ? json : describe_environment(environment) + describe_peaks(peaks));
  return 0;
}

}  // namespace

void add_bench_peaks(CLI::App& app, Job& job, const BenchWorld& world) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("peaks", "Dense GEMM, copy and row gather: the best this GPU does");
  command
      ->add_option("-o,--output", arguments->output,
                   "write them as JSON (isoflop.cost/1 without rows)")
      ->type_name("FILE");
  command->add_flag("--json", arguments->json, "print JSON (isoflop.cost/1) and nothing else");
  command->footer("Example:\n  isoflop-bench peaks -o peaks.json");
  command->callback(
      [arguments, &job, world] { job = [arguments, world] { return run(*arguments, world); }; });
}

}  // namespace isoflop::app
