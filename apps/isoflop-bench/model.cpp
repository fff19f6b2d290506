// isoflop-bench model: a cost table from the roofline of a GPU, without one.
#include <CLI/CLI.hpp>
#include <memory>

#include "apps/isoflop-bench/options.hpp"
#include "apps/isoflop-bench/text/cost_table.hpp"
#include "apps/isoflop-bench/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "apps/words/words.hpp"
#include "isoflop/cost/gpus.hpp"
#include "isoflop/cost/roofline.hpp"
#include "isoflop/io/cost_table_file.hpp"

namespace isoflop::app {
namespace {

struct Arguments {
  LayerArguments layers;
  std::string gpu, peak_flops, bandwidth, output;
  bool json = false;
};

int run(const Arguments& arguments, const BenchWorld& world) {
  if (arguments.gpu.empty() == (arguments.peak_flops.empty() || arguments.bandwidth.empty())) {
    throw UsageError("say either --gpu NAME, or both --peak-flops and --bandwidth");
  }
  RooflinePeaks peaks{};
  if (!arguments.gpu.empty()) {
    if (!arguments.peak_flops.empty() || !arguments.bandwidth.empty()) {
      throw UsageError("--gpu contradicts --peak-flops and --bandwidth");
    }
    const GpuSpec& gpu = find_gpu(arguments.gpu);
    peaks = {gpu.flops_per_s, gpu.bytes_per_s};
  } else {
    peaks = {positive_argument("--peak-flops", arguments.peak_flops),
             positive_argument("--bandwidth", arguments.bandwidth)};
  }
  const std::vector<MoeLayer> layers = arguments.layers.layers();
  require_writable(arguments.output);
  const RooflineTable model(peaks, arguments.gpu, layers, with_provenance({}, world));
  const std::string json = cost_table_to_text(model);
  if (!arguments.output.empty()) write_file(arguments.output, json);
  if (arguments.json) {
    print(json);
    return 0;
  }
  print(describe_cost_table(model.table()));
  if (!arguments.output.empty()) print("\ncost table: " + arguments.output + "\n");
  return 0;
}

}  // namespace

void add_bench_model(CLI::App& app, Job& job, const BenchWorld& world) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("model", "A cost table from the roofline of a GPU; needs no GPU");
  std::string known;
  for (const GpuSpec& gpu : known_gpus()) known += (known.empty() ? "" : ", ") + gpu.name;
  command->add_option("--gpu", arguments->gpu, "rates of a datasheet: " + known)->type_name("NAME");
  command->add_option("--peak-flops", arguments->peak_flops, "dense bf16 FLOPs per second")
      ->type_name("X");
  command->add_option("--bandwidth", arguments->bandwidth, "bytes per second of the memory")
      ->type_name("X");
  arguments->layers.add(*command, "");
  command->add_option("-o,--output", arguments->output, "write the cost table (isoflop.cost/1)")
      ->type_name("FILE");
  command->add_flag("--json", arguments->json, "print JSON (isoflop.cost/1) and nothing else");
  command->footer(
      "Example:\n  isoflop-bench model --gpu h200 --tokens 16384 --d-model 2048 --d-ff 8192 "
      "--expansion 64 --activation gelu --granularity 1,2,4,8,16,32 -o model.json");
  command->callback(
      [arguments, &job, world] { job = [arguments, world] { return run(*arguments, world); }; });
}

}  // namespace isoflop::app
