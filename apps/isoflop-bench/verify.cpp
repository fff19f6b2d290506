// isoflop-bench verify: every backend and every kernel against the float64 reference.
#include "cuda/campaign/verify.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "api/experts.hpp"
#include "apps/isoflop-bench/options.hpp"
#include "apps/isoflop-bench/requests.hpp"
#include "apps/isoflop-bench/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/text/environment.hpp"
#include "isoflop/text/experts.hpp"
#include "isoflop/text/grid.hpp"

namespace isoflop::app {
namespace verify_command {

using Json = nlohmann::ordered_json;

void options(Form& form) {
  layer_options(form, "512");
  run_options(form);
  form.own_flag({"--json", "print JSON (isoflop.verify/1) and nothing else"});
  form.footer(
      "Example:\n  isoflop-bench verify --d-model 256 --d-ff 1024 --expansion 8 "
      "--granularity 1,4,16");
}

std::string error_text(double error) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2e", error);
  return text;
}

/// In both vocabularies: "d_model 2048, 16384 tokens, swiglu: E = 8, G = 8, ...".
std::string describe_layer(const MoeLayer& layer) {
  return "d_model " + std::to_string(layer.d_model) + ", " + std::to_string(layer.tokens) +
         " tokens, " + std::string(to_string(layer.activation)) +
         (layer.renormalize ? ", renormalised" : "") + ": " + text::describe_experts(layer.experts);
}

std::string describe(const MoeLayer& layer, const std::vector<bench::Verified>& all) {
  TextGrid grid({0, 1, 4});
  grid.add({"", "compared", "error", "allowed", ""});
  for (const bench::Verified& x : all) {
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

Json to_json(const MoeLayer& layer, const std::vector<bench::Verified>& all) {
  Json checks = Json::array();
  for (const bench::Verified& x : all) {
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
          {"experts", api::experts_to_json(layer.experts)},
          {"checks", checks}};
}

int run(Form& form, const bench::World& world) {
  const VerifyRequest request = verify_request(form.request());
  const bool as_json = form.has_own("json");
  const std::vector<MoeLayer> layers = api::layers_of(request.layers);
  std::vector<std::string> remarks;
  const std::vector<bench::Configuration> configurations =
      bench::configurations_of(layers, request.run, world.backends(), remarks);
  const std::unique_ptr<bench::Device> device = world.open_device();
  for (const std::string& remark : remarks) warn(remark);
  const CostEnvironment environment = bench::environment_of(*device, world);
  Json json{{"format", "isoflop.verify/1"}, {"gpu_name", environment.gpu_name}};
  json["layers"] = Json::array();
  if (!as_json) print(text::describe_environment(environment));
  std::size_t num_wrong = 0, num_checks = 0;
  for (const MoeLayer& layer : layers) {
    const std::vector<bench::Verified> all = bench::verify_layer(*device, layer, configurations);
    for (const bench::Verified& x : all) num_wrong += x.report.passed() ? 0 : 1;
    num_checks += all.size();
    if (as_json) {
      json["layers"].push_back(to_json(layer, all));
    } else {
      print("\n" + describe(layer, all));
    }
  }
  json["passed"] = num_wrong == 0;
  if (as_json) {
    print(json_text(json));
  } else {
    print("\n" + std::to_string(num_checks - num_wrong) + " of " + std::to_string(num_checks) +
          " checks passed\n");
  }
  return num_wrong == 0 ? 0 : 1;
}

}  // namespace verify_command

Verb verify_verb(const bench::World& world) {
  return {"verify", "Results of every backend and kernel against a float64 reference",
          verify_command::options,
          [world](Form& form) { return verify_command::run(form, world); }};
}

}  // namespace isoflop::app
