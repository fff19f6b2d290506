// What isoflop-bench times, as a command line says it: layers (SHAPE), and how they are run.
#pragma once

#include <string>
#include <vector>

#include "apps/words/experts.hpp"
#include "cuda/campaign/sweep.hpp"

namespace CLI {
class App;
}

namespace isoflop::app {

/// SHAPE: --d-model and either --d-ff, --expansion, --granularity 1,2,4 [--k0] or --num-experts,
/// --expert-width, --top-k; one layer per granularity.
struct LayerArguments {
  std::string d_model, d_ff, tokens, activation = "swiglu";
  bool renormalize = false;
  ExpertArguments experts;

  /// default_tokens "": --tokens has to be given.
  void add(CLI::App& command, const std::string& default_tokens);
  /// Layers that can be run, no two alike, in the order typed. Throws UsageError or
  /// InvalidArgument.
  std::vector<MoeLayer> layers() const;
};

/// How the layers are run.
struct RunArguments {
  std::string routing = "multinomial", backends = "all", capacity_factor, seed = "1";

  void add(CLI::App& command);
  /// Every layer with every backend. Backends that this routing does not suit are left out with a
  /// line each in `remarks`; where they were asked for by name that is a UsageError. Reads a file
  /// of expert ids, so that its faults show before a device is asked for: DataError.
  std::vector<bench::Configuration> configurations(const std::vector<MoeLayer>& layers,
                                                   std::vector<std::string>& remarks) const;
};

/// The layer in both vocabularies: "d_model 2048, 16384 tokens, swiglu: E = 8, G = 8, ...".
std::string describe_layer(const MoeLayer& layer);

Activation activation_argument(const std::string& text);
Regime regime_argument(const std::string& text);
Pass pass_argument(const std::string& text);

}  // namespace isoflop::app
