#include "api/layer_choice.hpp"

#include <algorithm>
#include <string_view>

#include "isoflop/error.hpp"

namespace isoflop::api {
namespace {

std::uint64_t needed(std::string_view name, const std::optional<std::uint64_t>& value) {
  if (value) return *value;
  throw InvalidArgument(name, field(name) + " is needed");
}

Activation activation_of(const std::string& name) {
  const auto place = std::find(kActivationNames.begin(), kActivationNames.end(), name);
  if (place == kActivationNames.end()) {
    throw InvalidArgument("activation", field("activation") + ": there is no " + name);
  }
  return static_cast<Activation>(place - kActivationNames.begin());
}

}  // namespace

void list_fields(FieldVisitor& f, LayerChoice& choice) {
  f.count("tokens", choice.tokens, 1);
  f.count("d_model", choice.d_model, 1);
  f.choice("activation", choice.activation, {kActivationNames.begin(), kActivationNames.end()});
  f.flag("renormalize", choice.renormalize);
  f.count("d_ff", choice.d_ff, 1);
  f.numbers("granularity", choice.granularity);
  f.number("expansion", choice.expansion, Numbers::kPositive);
  f.number("k0", choice.k0, Numbers::kPositive);
  f.count("num_experts", choice.num_experts, 1);
  f.count("expert_width", choice.expert_width, 1);
  f.count("top_k", choice.top_k, 1);
}

std::vector<MoeLayer> layers_of(const LayerChoice& choice) {
  MoeLayer layer;
  layer.tokens = needed("tokens", choice.tokens);
  layer.d_model = needed("d_model", choice.d_model);
  layer.activation = activation_of(choice.activation);
  layer.renormalize = choice.renormalize;
  ExpertWords words;
  words.expansion = choice.expansion;
  words.k0 = choice.k0;
  words.num_experts = choice.num_experts;
  words.expert_width = choice.expert_width;
  words.top_k = choice.top_k;
  words.d_ff = choice.d_ff;

  std::vector<std::optional<double>> granularities(choice.granularity.begin(),
                                                   choice.granularity.end());
  if (granularities.empty()) granularities.emplace_back();  // what the other words settle
  std::vector<MoeLayer> out;
  for (const std::optional<double>& granularity : granularities) {
    words.granularity = granularity;
    layer.experts = resolve_experts(words);
    require_runnable(layer);
    if (std::find(out.begin(), out.end(), layer) == out.end()) out.push_back(layer);
  }
  return out;
}

}  // namespace isoflop::api
