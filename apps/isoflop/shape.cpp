// isoflop shape: parameters, FLOPs and bytes of an architecture.
#include "apps/isoflop/options/shape.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "apps/words/words.hpp"
#include "isoflop/io/model_config.hpp"
#include "isoflop/shape/flop_count.hpp"
#include "isoflop/text/shape.hpp"

namespace isoflop::app {
namespace {

struct Arguments {
  ShapeArguments shape;
  std::string router_cost, output;
  bool json = false;
};

int run(const Arguments& arguments) {
  const std::uint64_t router_cost = arguments.router_cost.empty()
                                        ? kPaperRouterCost
                                        : count_argument("--router-cost", arguments.router_cost, 0);
  const ModelShape shape = arguments.shape.load();
  const std::string& file = arguments.shape.file;
  const std::string text =
      arguments.json ? json_text(shape_report(shape, router_cost))
                     : describe_shape(file.empty() ? "this model" : file, shape, router_cost);
  if (!arguments.output.empty()) write_file(arguments.output, json_text(shape_to_config(shape)));
  print(text);
  return 0;
}

}  // namespace

void add_shape(CLI::App& app, Job& job) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("shape", "Parameters, FLOPs and bytes of an architecture");
  arguments->shape.add(*command);
  command
      ->add_option("--router-cost", arguments->router_cost,
                   "c_r of the accounting paper: FLOPs of routing per d_model and expert (default "
                   "14)")
      ->type_name("X");
  command->add_option("-o,--output", arguments->output, "write the shape as a config.json")
      ->type_name("FILE");
  command->add_flag("--json", arguments->json, "print JSON (isoflop.shape/1) and nothing else");
  command->footer(
      "Examples:\n  isoflop shape data/shapes/olmoe-1b-7b.json\n"
      "  isoflop shape --d-model 2048 --blocks 16 --heads 16 --d-ff 8192 --gated --vocab 50304 "
      "--expansion 8 --granularity 8");
  command->callback([arguments, &job] { job = [arguments] { return run(*arguments); }; });
}

}  // namespace isoflop::app
