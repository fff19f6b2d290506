#include "bench_presets.hpp"

#include <algorithm>

namespace isoflop::app {
namespace {

struct Family {
  std::uint64_t tokens, d_model, d_ff, expansion;
  std::uint64_t k0 = 1;
  std::vector<std::uint64_t> granularities;
  Activation activation = Activation::kSwiGlu;
  int tier = 0;
  bool every_backend = true;  ///< false: only the one that is expected to be best
  bool burst = false;
};

std::vector<Family> families_of(std::string_view preset) {
  const std::vector<std::uint64_t> coarse_to_fine{1, 2, 4, 8, 16, 32, 64};
  if (preset == "quick")
    return {{.tokens = 8192,
             .d_model = 1024,
             .d_ff = 4096,
             .expansion = 8,
             .granularities = {1, 2, 4, 8, 16, 32}}};
  if (preset == "paper") {
    auto family = [&](std::uint64_t tokens, std::uint64_t d_model, int tier) {
      return Family{.tokens = tokens,
                    .d_model = d_model,
                    .d_ff = 4 * d_model,
                    .expansion = 64,
                    .granularities = coarse_to_fine,
                    .activation = Activation::kGelu,
                    .tier = tier,
                    .every_backend = tokens == 16384 && (d_model == 384 || d_model == 768),
                    .burst = tier == 0};
    };
    return {family(16384, 384, 0), family(65536, 384, 1), family(8192, 384, 2),
            family(16384, 768, 3), family(16384, 512, 4), family(16384, 256, 5),
            family(16384, 640, 6)};
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
       .tier = 2},
      {.tokens = 4096,
       .d_model = 2048,
       .d_ff = 8192,
       .expansion = 8,
       .granularities = {1, 8, 32},
       .tier = 3,
       .every_backend = false},
      {.tokens = 16384,
       .d_model = 1024,
       .d_ff = 4096,
       .expansion = 8,
       .granularities = {1, 8, 32},
       .tier = 4,
       .every_backend = false},
      // 256 experts of width 2048, 8 per token: DeepSeek-V3.
      {.tokens = 16384,
       .d_model = 7168,
       .d_ff = 16384,
       .expansion = 32,
       .granularities = {8},
       .tier = 5,
       .every_backend = false},
  };
}

}  // namespace

double preset_minutes(std::string_view preset) { return preset == "quick" ? 2.0 : 8.0; }

std::vector<PlannedRun> preset_runs(std::string_view preset,
                                    const std::vector<std::string>& backends, std::uint64_t seed) {
  const bool has_grouped_lt =
      std::find(backends.begin(), backends.end(), "lt-grouped") != backends.end();
  const std::string best = has_grouped_lt ? "lt-grouped" : "loop";
  std::vector<PlannedRun> out;
  for (const Family& family : families_of(preset)) {
    for (const std::uint64_t g : family.granularities) {
      PlannedRun run;
      run.tier = family.tier;
      bench::Configuration& x = run.configuration;
      x.layer.tokens = family.tokens;
      x.layer.d_model = family.d_model;
      x.layer.activation = family.activation;
      x.layer.experts = {.d_ff = family.d_ff,
                         .num_experts = family.expansion * g,
                         .expert_width = family.d_ff / g,
                         .top_k = family.k0 * g};
      x.seed = seed;
      run.timing.max_seconds = 1.0;
      for (const std::string& backend : backends) {
        if (!family.every_backend && backend != best) continue;
        x.backend = backend;
        x.routing.kind = preset == "paper" || backend == "batched"
                             ? bench::RoutingKind::kBalanced
                             : bench::RoutingKind::kMultinomial;
        run.timing.regime = Regime::kSustained;
        out.push_back(run);
        if (!family.burst || backend != best) continue;
        run.timing.regime = Regime::kBurst;
        out.push_back(run);
      }
    }
  }
  order_by_priority(out, seed);
  return out;
}

}  // namespace isoflop::app
