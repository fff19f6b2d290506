#include "cuda/campaign/run_choice.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "cuda/routing/routing.hpp"
#include "isoflop/core/word_list.hpp"

namespace isoflop::bench {
namespace {

/// Place of a word in a list; throws InvalidArgument with the list.
std::size_t place_of(std::string_view name, const std::string& word,
                     std::span<const std::string_view> words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (word == words[i]) return i;
  }
  throw InvalidArgument(name, field(name) + ": \"" + word + "\" is none of " + joined(words, ", "));
}

}  // namespace

std::vector<Configuration> configurations_of(const std::vector<MoeLayer>& layers,
                                             const RunChoice& choice, const BackendsHere& here,
                                             std::vector<std::string>& remarks) {
  Configuration base;
  try {
    base.routing = parse_routing(choice.routing);
  } catch (const InvalidArgument& fault) {
    throw InvalidArgument("routing", field("routing") + ": " + fault.marked());
  }
  base.seed = choice.seed;
  const double factor = choice.capacity_factor.value_or(0.0);
  std::vector<std::string> names = chosen_backends(choice.backends, here, remarks);
  const auto batched = std::find(names.begin(), names.end(), "batched");
  if (factor > 0.0 && batched == names.end()) {
    throw InvalidArgument("capacity_factor",
                          field("capacity_factor") + " is for the backend batched");
  }
  if (batched != names.end() && factor == 0.0 && base.routing.kind != RoutingKind::kBalanced) {
    const std::string why = "batched gives every expert the same number of rows: it needs " +
                            field("routing") + " balanced or a " + field("capacity_factor");
    if (choice.backends.backend != "all") throw InvalidArgument("backend", why);
    remarks.push_back(why);
    names.erase(batched);
  }
  if (base.routing.kind == RoutingKind::kFile) {
    for (const MoeLayer& layer : layers) forced_ids(base.routing, layer, base.seed);
  }
  std::vector<Configuration> out;
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

std::vector<PlannedRun> planned_runs(const std::vector<MoeLayer>& layers, const RunChoice& choice,
                                     const BackendsHere& here, const std::string& regime,
                                     const std::string& pass, std::vector<std::string>& remarks) {
  constexpr std::array<std::string_view, 3> kPassWords{"fwd", "bwd", "both"};
  PlannedRun run;
  run.timing.regime = static_cast<Regime>(place_of("regime", regime, kRegimeNames));
  run.timing.pass = static_cast<Pass>(place_of("pass", pass, kPassWords));
  std::vector<PlannedRun> out;
  for (Configuration& configuration : configurations_of(layers, choice, here, remarks)) {
    run.configuration = std::move(configuration);
    out.push_back(run);
  }
  order_by_priority(out, choice.seed);
  return out;
}

}  // namespace isoflop::bench
