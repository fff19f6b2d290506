// isoflop-bench verify: every backend and every kernel against the float64 reference.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/isoflop-bench/options.hpp"
#include "apps/isoflop-bench/text/environment.hpp"
#include "apps/isoflop-bench/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/text/grid.hpp"

namespace isoflop::app {
namespace {

using Json = nlohmann::ordered_json;

struct Arguments {
  LayerArguments layers;
  RunArguments run;
  bool json = false;
};

struct Verified {
  std::string what;  ///< a backend, or "kernels"
  bench::CheckReport report;
};

std::string error_text(double error) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2e", error);
  return text;
}

std::string describe(const MoeLayer& layer, const std::vector<Verified>& all) {
  TextGrid grid({0, 1, 4});
  grid.add({"", "compared", "error", "allowed", ""});
  for (const Verified& x : all) {
    std::string first = x.what;
    for (const bench::CheckItem& item : x.report.items) {
      grid.add({first, item.what, error_text(item.error), error_text(item.tolerance),
                item.holds() ? "ok" : "WRONG"});
      first.clear();
    }
    if (x.report.items.empty()) grid.add({first, "nothing", "-", "-", "WRONG"});
  }
  return describe_layer(layer) + "\n" + grid.text("  ");
}

Json to_json(const MoeLayer& layer, const std::vector<Verified>& all) {
  Json checks = Json::array();
  for (const Verified& x : all) {
    Json items = Json::array();
    for (const bench::CheckItem& item : x.report.items) {
      items.push_back({{"what", item.what},
                       {"error", item.error},
                       {"tolerance", item.tolerance},
                       {"holds", item.holds()}});
    }
    checks.push_back({{"checked", x.what}, {"passed", x.report.passed()}, {"items", items}});
  }
  return {{"tokens", layer.tokens},
          {"d_model", layer.d_model},
          {"activation", to_string(layer.activation)},
          {"renormalize", layer.renormalize},
          {"experts", experts_to_json(layer.experts)},
          {"checks", checks}};
}

int run(const Arguments& arguments, const BenchWorld& world) {
  const std::vector<MoeLayer> layers = arguments.layers.layers();
  std::vector<std::string> remarks;
  const std::vector<bench::Configuration> configurations =
      arguments.run.configurations(layers, remarks);
  const std::unique_ptr<bench::Device> device = world.open_device();
  for (const std::string& remark : remarks) warn(remark);
  const CostEnvironment environment = with_provenance(device->environment(), world);
  Json json{{"format", "isoflop.verify/1"}, {"gpu_name", environment.gpu_name}};
  json["layers"] = Json::array();
  if (!arguments.json) print(describe_environment(environment));
  std::size_t num_wrong = 0, num_checks = 0;
  for (const MoeLayer& layer : layers) {
    std::vector<Verified> all;
    for (const bench::Configuration& configuration : configurations) {
      if (configuration.layer != layer) continue;
      all.push_back({configuration.backend, device->check(configuration)});
    }
    all.push_back({"kernels", device->check_kernels(layer, configurations.front().seed)});
    for (const Verified& x : all) num_wrong += x.report.passed() ? 0 : 1;
    num_checks += all.size();
    if (arguments.json) {
      json["layers"].push_back(to_json(layer, all));
    } else {
      print("\n" + describe(layer, all));
    }
  }
  json["passed"] = num_wrong == 0;
  if (arguments.json) {
    print(json_text(json));
  } else {
    print("\n" + std::to_string(num_checks - num_wrong) + " of " + std::to_string(num_checks) +
          " checks passed\n");
  }
  return num_wrong == 0 ? 0 : 1;
}

}  // namespace

void add_bench_verify(CLI::App& app, Job& job, const BenchWorld& world) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "verify", "Results of every backend and kernel against a float64 reference");
  arguments->layers.add(*command, "512");
  arguments->run.add(*command);
  command->add_flag("--json", arguments->json, "print JSON (isoflop.verify/1) and nothing else");
  command->footer(
      "Example:\n  isoflop-bench verify --d-model 256 --d-ff 1024 --expansion 8 "
      "--granularity 1,4,16");
  command->callback(
      [arguments, &job, world] { job = [arguments, world] { return run(*arguments, world); }; });
}

}  // namespace isoflop::app
