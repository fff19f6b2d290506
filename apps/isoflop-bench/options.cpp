#include "apps/isoflop-bench/options.hpp"

#include <algorithm>
#include <array>
#include <CLI/CLI.hpp>
#include <span>
#include <string_view>

#include "apps/isoflop/verbs.hpp"
#include "apps/words/words.hpp"
#include "isoflop/core/word_list.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::app {
namespace {

/// Place of a word in a list; throws UsageError with the list.
std::size_t word_argument(std::string_view flag, const std::string& text,
                          std::span<const std::string_view> names) {
  std::string known;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (text == names[i]) return i;
    known += (i == 0 ? "" : ", ") + std::string(names[i]);
  }
  throw UsageError(std::string(flag) + ": \"" + text + "\" is none of " + known);
}

std::vector<std::string> chosen_backends(const std::string& text) {
  const std::vector<std::string> here = bench::backend_names(), all = bench::all_backend_names();
  if (text == "all") return here;
  std::vector<std::string> out;
  for (const std::string& name : split_at_commas(text)) {
    if (std::find(all.begin(), all.end(), name) == all.end()) {
      throw UsageError("--backend: \"" + name + "\" is none of " + joined(all, ", ") + ", all");
    }
    // Without CUDA nothing runs anyway, and that is the better thing to say.
    if (!bench::built_for().empty() && std::find(here.begin(), here.end(), name) == here.end()) {
      throw UsageError("--backend: this build has no " + name + ", which needs a newer toolkit");
    }
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  }
  return out;
}

}  // namespace

Activation activation_argument(const std::string& text) {
  return static_cast<Activation>(word_argument("--activation", text, kActivationNames));
}

Regime regime_argument(const std::string& text) {
  return static_cast<Regime>(word_argument("--regime", text, kRegimeNames));
}

Pass pass_argument(const std::string& text) {
  constexpr std::array<std::string_view, 3> kWords{"fwd", "bwd", "both"};
  return static_cast<Pass>(word_argument("--pass", text, kWords));
}

void LayerArguments::add(CLI::App& command, const std::string& default_tokens) {
  tokens = default_tokens;
  auto option = [&](const char* flag, std::string& value, const std::string& meaning) {
    return command.add_option(flag, value, meaning)->type_name("X");
  };
  option("--d-model", d_model, "d: width of the model")->required();
  option("--d-ff", d_ff, "width of the dense feed-forward layer that E and G refer to");
  experts.add(command);
  command.get_option("--granularity")
      ->type_name("X,...")
      ->description(
          "G: dense width d_ff over the width n of one expert; several give a layer each");
  CLI::Option* const count =
      option("--tokens", tokens,
             "T: tokens of the micro-batch" +
                 (default_tokens.empty() ? "" : " (default " + default_tokens + ")"));
  count->required(default_tokens.empty());
  command.add_option("--activation", activation, "of the experts (default swiglu)")
      ->type_name("swiglu|gelu|relu");
  command.add_flag("--renormalize", renormalize, "scale the K weights of a token to sum to 1");
}

std::vector<MoeLayer> LayerArguments::layers() const {
  MoeLayer layer;
  layer.tokens = count_argument("--tokens", tokens, 1);
  layer.d_model = count_argument("--d-model", d_model, 1);
  layer.activation = activation_argument(activation);
  layer.renormalize = renormalize;
  std::optional<std::uint64_t> dense_width;
  if (!d_ff.empty()) dense_width = count_argument("--d-ff", d_ff, 1);

  std::vector<std::string> granularities{""};
  if (!experts.granularity.empty()) {
    granularities.clear();
    for (const double g : positive_list_argument("--granularity", {experts.granularity})) {
      granularities.push_back(format_number(g));
    }
  }
  std::vector<MoeLayer> out;
  for (const std::string& granularity : granularities) {
    ExpertArguments words = experts;
    words.granularity = granularity;
    layer.experts = words.resolve(dense_width);
    require_runnable(layer);
    if (std::find(out.begin(), out.end(), layer) == out.end()) out.push_back(layer);
  }
  return out;
}

void RunArguments::add(CLI::App& command) {
  command
      .add_option("--routing", routing,
                  "which experts tokens go to: router, balanced, multinomial (default), zipf:S or "
                  "file:PATH")
      ->type_name("NAME");
  command
      .add_option("--backend", backends,
                  "who multiplies: all (default), or some of batched, loop, grouped, lt-grouped")
      ->type_name("NAME,...");
  command
      .add_option("--capacity-factor", capacity_factor,
                  "batched: rows per expert over the mean, what is beyond them is dropped")
      ->type_name("X");
  command.add_option("--seed", seed, "of inputs, weights and routing (default 1)")->type_name("X");
}

std::vector<bench::Configuration> RunArguments::configurations(
    const std::vector<MoeLayer>& layers, std::vector<std::string>& remarks) const {
  bench::Configuration base;
  try {
    base.routing = bench::parse_routing(routing);
  } catch (const InvalidArgument& fault) {
    throw UsageError("--routing: " + std::string(fault.what()));
  }
  base.seed = count_argument("--seed", seed, 0);
  const double factor =
      capacity_factor.empty() ? 0.0 : positive_argument("--capacity-factor", capacity_factor);
  std::vector<std::string> names = chosen_backends(backends);
  const auto batched = std::find(names.begin(), names.end(), "batched");
  if (factor > 0.0 && batched == names.end()) {
    throw UsageError("--capacity-factor is for the backend batched");
  }
  if (batched != names.end() && factor == 0.0 &&
      base.routing.kind != bench::RoutingKind::kBalanced) {
    const std::string why =
        "batched gives every expert the same number of rows: it needs --routing balanced or a "
        "--capacity-factor";
    if (backends != "all") throw UsageError(why);
    remarks.push_back(why);
    names.erase(batched);
  }
  if (base.routing.kind == bench::RoutingKind::kFile) {
    for (const MoeLayer& layer : layers) bench::forced_ids(base.routing, layer, base.seed);
  }
  std::vector<bench::Configuration> out;
  for (const MoeLayer& layer : layers) {
    for (const std::string& name : names) {
      out.push_back(base);
      out.back().layer = layer;
      out.back().backend = name;
      if (name == "batched") out.back().capacity_factor = factor;
    }
  }
  return out;
}

std::string describe_layer(const MoeLayer& layer) {
  return "d_model " + std::to_string(layer.d_model) + ", " + std::to_string(layer.tokens) +
         " tokens, " + std::string(to_string(layer.activation)) +
         (layer.renormalize ? ", renormalised" : "") + ": " + describe_experts(layer.experts);
}

}  // namespace isoflop::app
