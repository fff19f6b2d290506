// isoflop-bench sweep: times a preset of layers within a time limit.
#include <algorithm>
#include <CLI/CLI.hpp>
#include <memory>

#include "apps/isoflop-bench/text/cost_table.hpp"
#include "apps/isoflop-bench/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "apps/words/words.hpp"
#include "cuda/campaign/measure.hpp"
#include "cuda/campaign/presets.hpp"

namespace isoflop::app {
namespace {

struct Arguments {
  MeasureOptions measure;
  std::string preset, time_limit, seed = "1";
};

int run(const Arguments& arguments, const BenchWorld& world) {
  if (std::find(kPresetNames.begin(), kPresetNames.end(), arguments.preset) == kPresetNames.end()) {
    throw UsageError("--preset: \"" + arguments.preset + "\" is none of quick, paper, modern");
  }
  MeasureOptions measure = arguments.measure;
  measure.limit_s = 60.0 * (arguments.time_limit.empty()
                                ? preset_minutes(arguments.preset)
                                : positive_argument("--time-limit", arguments.time_limit));
  const MeasureResult result =
      measure_runs(world,
                   preset_runs(arguments.preset, bench::backend_names(),
                               count_argument("--seed", arguments.seed, 0)),
                   measure);
  print("\n" + describe_cost_table(result.table) + describe_missed(result) + "\ncost table: " +
        measure.output + ", " + std::to_string(result.num_measured) + " runs measured\n");
  return exit_code_of(result);
}

}  // namespace

void add_bench_sweep(CLI::App& app, Job& job, const BenchWorld& world) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("sweep", "Time a preset of layers with every backend, within a limit");
  command
      ->add_option("--preset", arguments->preset,
                   "quick (2 minutes), paper (the layers of Krajewski et al. 2024) or modern "
                   "(d_model 2048, SwiGLU, open models), 8 minutes each")
      ->type_name("NAME")
      ->required();
  command
      ->add_option("--time-limit", arguments->time_limit,
                   "no run begins that would end later (default: as above)")
      ->type_name("MIN");
  command
      ->add_option("-o,--output", arguments->measure.output,
                   "write the cost table (isoflop.cost/1), anew after every run")
      ->type_name("FILE")
      ->required();
  command->add_flag("--resume", arguments->measure.resume,
                    "go on with the cost table of the same command that was interrupted");
  command->add_option("--seed", arguments->seed, "of inputs, weights and routing (default 1)")
      ->type_name("X");
  command->footer("Example:\n  isoflop-bench sweep --preset quick -o cost.json");
  command->callback(
      [arguments, &job, world] { job = [arguments, world] { return run(*arguments, world); }; });
}

}  // namespace isoflop::app
