/// What granularity costs on a GPU in the unit of the paper: c_r, FLOPs of routing per element of
/// d_model x experts, on one's own card.
///   c_r(G) = (tau(G) - tau(1)) / T * P_ref / (d E (G - 1))
/// tau: seconds of forward and backward of the layer; P_ref: the best dense bf16 GEMM of the same
/// run, or the peak of a roofline. The paper counts 14 (kPaperRouterCost; Krajewski, Ludziejewski
/// et al. 2024, arXiv 2402.07871, Eq. 11), as FLOPs in proportion to E G. Gathering and scattering
/// rows are bytes in proportion to G, so that c_r depends on E, d and G, and one number does not
/// say it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "isoflop/core/interval.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/cost/cost_table.hpp"

namespace isoflop {

/// One granularity of one series of layers.
struct RouterCost {
  MoeLayer layer;  ///< the finer of the two that are compared
  std::string backend, routing;
  Regime regime = Regime::kSustained;
  bool graph = true;
  double capacity_factor = 0.0;
  bool is_dropless = true;
  double time_s = kNotMeasured;           ///< tau(G)
  double coarsest_time_s = kNotMeasured;  ///< tau(1)
  double value = kNotMeasured;            ///< c_r
  /// Percentile interval of values whose times are medians of samples drawn with replacement; NaN
  /// where nothing was sampled.
  Interval interval{kNotMeasured, kNotMeasured};
};

struct RouterCostOptions {
  int num_draws = 1000;
  double level = 0.95;
  std::uint64_t seed = kDefaultSeed;
};

/// For every layer of granularity above 1 whose series (the same but for granularity, and the same
/// backend, routing, regime and manner of launching) has one of granularity 1: ordered by backend,
/// routing, regime, tokens, width, E, k0 and granularity. Tau is the time of the pass kBoth, or of
/// its two directions where that was not timed. Empty where the table has neither gemm_flops_per_s
/// nor, for a roofline, spec_flops_per_s. Throws InvalidArgument for a level outside (0, 1).
std::vector<RouterCost> router_costs(const CostTable& table, const RouterCostOptions& options = {});

/// The one that is quoted first: d_model 2048, E 64, 16,384 tokens, G 8, k0 1, sustained, of the
/// dropless backend that is fastest there, as a CUDA graph where both were timed; multinomial
/// routing before others. Nothing if it was not measured.
std::optional<RouterCost> headline_router_cost(const std::vector<RouterCost>& costs);

}  // namespace isoflop
