// isoflop-bench moe: times layers that the command line names.
#include <CLI/CLI.hpp>
#include <memory>

#include "apps/isoflop-bench/options.hpp"
#include "apps/isoflop-bench/text/cost_table.hpp"
#include "apps/isoflop-bench/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "cuda/campaign/measure.hpp"
#include "isoflop/cost/measured_table.hpp"
#include "isoflop/io/cost_table_file.hpp"

namespace isoflop::app {
namespace {

struct Arguments {
  LayerArguments layers;
  RunArguments run;
  MeasureOptions measure;
  std::string regime = "sustained", pass = "both";
};

int run(const Arguments& arguments, const BenchWorld& world) {
  PlannedRun run;
  run.timing.regime = regime_argument(arguments.regime);
  run.timing.pass = pass_argument(arguments.pass);
  std::vector<std::string> remarks;
  std::vector<PlannedRun> runs;
  for (bench::Configuration& configuration :
       arguments.run.configurations(arguments.layers.layers(), remarks)) {
    run.configuration = std::move(configuration);
    runs.push_back(run);
  }
  order_by_priority(runs, runs.front().configuration.seed);
  const MeasureResult result = measure_runs(world, std::move(runs), arguments.measure);
  for (const std::string& remark : remarks) warn(remark);
  if (arguments.measure.is_quiet) {
    print(cost_table_to_text(MeasuredTable(result.table)));
    for (const MissedRun& x : result.failed) warn(describe_run(x.run) + ": " + x.reason);
    for (const MissedRun& x : result.skipped) warn(describe_run(x.run) + ": " + x.reason);
  } else {
    print(describe_cost_table(result.table) + describe_missed(result));
    if (!arguments.measure.output.empty()) {
      print("\ncost table: " + arguments.measure.output + "\n");
    }
  }
  return exit_code_of(result);
}

}  // namespace

void add_bench_moe(CLI::App& app, Job& job, const BenchWorld& world) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "moe", "Check, then time forward and backward of layers of experts on this GPU");
  arguments->layers.add(*command, "");
  arguments->run.add(*command);
  command
      ->add_option("--regime", arguments->regime,
                   "sustained (default): on a card that is warm and busy; burst: after a pause")
      ->type_name("NAME");
  command->add_option("--pass", arguments->pass, "fwd, bwd or both (default)")->type_name("NAME");
  command
      ->add_option("-o,--output", arguments->measure.output,
                   "write the cost table (isoflop.cost/1), anew after every run")
      ->type_name("FILE");
  command->add_flag("--resume", arguments->measure.resume,
                    "go on with the cost table of the same command that was interrupted");
  command->add_flag("--json", arguments->measure.is_quiet,
                    "print JSON (isoflop.cost/1) and nothing else");
  command->footer(
      "Example:\n  isoflop-bench moe --tokens 16384 --d-model 2048 --d-ff 8192 --expansion 64 "
      "--granularity 1,2,4,8,16,32 -o cost.json");
  command->callback(
      [arguments, &job, world] { job = [arguments, world] { return run(*arguments, world); }; });
}

}  // namespace isoflop::app
