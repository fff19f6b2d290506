#include "cuda/campaign/presets.hpp"

#include <algorithm>

namespace isoflop::bench {
namespace {

enum class Which { kFastest, kDropless, kAll };  ///< of the backends

struct Family {
  std::uint64_t tokens, d_model, d_ff, expansion;
  std::uint64_t k0 = 1;
  std::vector<std::uint64_t> granularities;
  Activation activation = Activation::kSwiGlu;
  int tier = 0;
  Which which = Which::kAll;
  bool burst = false;
};

std::vector<Family> families_of(std::string_view preset) {
  const std::vector<std::uint64_t> coarse_to_fine{1, 2, 4, 8, 16, 32, 64};
  if (preset == "quick") {
    return {{.tokens = 8192,
             .d_model = 1024,
             .d_ff = 4096,
             .expansion = 8,
             .granularities = {1, 2, 4, 8, 16, 32}}};
  }
  if (preset == "paper") {
    auto family = [&](std::uint64_t tokens, std::uint64_t d_model, int tier, Which which) {
      return Family{.tokens = tokens,
                    .d_model = d_model,
                    .d_ff = 4 * d_model,
                    .expansion = 64,
                    .granularities = coarse_to_fine,
                    .activation = Activation::kGelu,
                    .tier = tier,
                    .which = which,
                    .burst = tier == 0};
    };
    return {family(16384, 384, 0, Which::kAll),     family(65536, 384, 1, Which::kDropless),
            family(8192, 384, 2, Which::kDropless), family(16384, 768, 3, Which::kAll),
            family(16384, 512, 4, Which::kFastest), family(16384, 256, 5, Which::kFastest),
            family(16384, 640, 6, Which::kFastest)};
  }
  return {
      // 128 experts of width 768, 8 per token: Qwen3-30B-A3B.
      {.tokens = 32768,
       .d_model = 2048,
       .d_ff = 6144,
       .expansion = 16,
       .granularities = {8},
       .burst = true},
      {.tokens = 16384,
       .d_model = 2048,
       .d_ff = 8192,
       .expansion = 64,
       .granularities = coarse_to_fine,
       .tier = 1},
      // G = 8: 64 experts of width 1024, 8 per token, as in OLMoE-1B-7B.
      {.tokens = 16384,
       .d_model = 2048,
       .d_ff = 8192,
       .expansion = 8,
       .granularities = coarse_to_fine,
       .tier = 2,
       .which = Which::kDropless},
      {.tokens = 4096,
       .d_model = 2048,
       .d_ff = 8192,
       .expansion = 8,
       .granularities = {1, 8, 32},
       .tier = 3,
       .which = Which::kFastest},
      {.tokens = 16384,
       .d_model = 1024,
       .d_ff = 4096,
       .expansion = 8,
       .granularities = {1, 8, 32},
       .tier = 4,
       .which = Which::kFastest},
  };
}

/// The one of these that is expected to be fastest.
std::string fastest_of(const std::vector<std::string>& backends, const MoeLayer& layer) {
  const auto fastest = std::min_element(backends.begin(), backends.end(),
                                        [&](const std::string& a, const std::string& b) {
                                          return backend_rank(a, layer) < backend_rank(b, layer);
                                        });
  return fastest == backends.end() ? "" : *fastest;
}

}  // namespace

double preset_minutes(std::string_view preset) { return preset == "quick" ? 2.0 : 8.0; }

std::vector<PlannedRun> preset_runs(std::string_view preset,
                                    const std::vector<std::string>& backends, std::uint64_t seed) {
  std::vector<PlannedRun> out;
  for (const Family& family : families_of(preset)) {
    for (const std::uint64_t g : family.granularities) {
      PlannedRun run;
      run.tier = family.tier;
      Configuration& x = run.configuration;
      x.layer.tokens = family.tokens;
      x.layer.d_model = family.d_model;
      x.layer.activation = family.activation;
      x.layer.experts = {.d_ff = family.d_ff,
                         .num_experts = family.expansion * g,
                         .expert_width = family.d_ff / g,
                         .top_k = family.k0 * g};
      x.seed = seed;
      run.timing.max_seconds = 1.0;
      const std::string fastest = fastest_of(backends, x.layer);
      for (const std::string& backend : backends) {
        if (family.which == Which::kFastest && backend != fastest) continue;
        if (family.which == Which::kDropless && backend == "batched") continue;
        x.backend = backend;
        x.routing.kind = preset == "paper" || backend == "batched" ? RoutingKind::kBalanced
                                                                   : RoutingKind::kMultinomial;
        run.timing.regime = Regime::kSustained;
        run.timing.eager = backend == fastest;
        out.push_back(run);
        if (!family.burst || backend != fastest) continue;
        run.timing.regime = Regime::kBurst;
        out.push_back(run);
      }
    }
  }
  order_by_priority(out, seed);
  return out;
}

}  // namespace isoflop::bench
