/// From a continuous plan to models that can be built: whole heads and blocks, widths that are
/// multiples of what GPUs like, experts that the GPUs of a group share evenly.
///
/// A model of the family has f d^2 feed-forward weights per block (f = 8 in Krajewski, Ludziejewski
/// et al. 2024, arXiv 2402.07871; 9 in Ludziejewski et al. 2025, arXiv 2502.05172), so that
///   plain   two matrices of width    d_ff = f/2 d   (4 d for f = 8)
///   gated   three matrices of width  d_ff ~ f/3 d   (3 d for f = 9; 8/3 d for f = 8)
/// keep its parameters. A gated width is the nearest multiple of G times the multiple of an
/// expert's width, no more than 5 % off; a plain one is exact. Experts are n = d_ff / G wide, E' =
/// E G of them, each token goes to K = G (k0 = 1). Attention is multi-head, d / head_dim heads;
/// there are no biases and RMS norms, which the counts include.
///
/// Searched are all d_model that are a multiple of `multiple` and of head_dim, all n_blocks with
/// d_model / n_blocks within a factor `depth_tolerance` of the family's ratio (and always the
/// nearest whole number), and all G of the plan's search (powers of two; one; or, where the search
/// is continuous, whole numbers within a factor 2 of the plan's), of all sizes within a factor 4 of
/// the plan's N_active, less where multiples are so fine that millions of models would be.
/// Each sees the tokens that the budget pays for at its own exact FLOPs or, where the budget is
/// time, at the time of its own layers.
///
/// The loss of the law depends on depth and width only through N, but the router's price of the
/// accounting `paper` falls with width at equal N. So a shape wider than the family's ratio can
/// have a loss slightly below the continuous optimum, whose ratio is fixed.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "isoflop/plan/optimum.hpp"
#include "isoflop/plan/plan_problem.hpp"
#include "isoflop/shape/memory_count.hpp"
#include "isoflop/shape/model_shape.hpp"
#include "isoflop/shape/parameter_count.hpp"

namespace isoflop {

struct ShapeOptions {
  std::uint64_t multiple = 128;         ///< of d_model
  std::uint64_t expert_multiple = 128;  ///< of the width of an expert, or of d_ff if dense
  std::uint64_t head_dim = 128;
  std::uint64_t expert_parallel = 1;  ///< the number of experts is a multiple of it
  double depth_tolerance = 1.1;       ///< >= 1
  bool gated = false;
  std::uint64_t vocab_size = 50304;  ///< GPT-2's 50,257 up to a multiple of 128
  bool tied = false;
  std::uint64_t seq_len = 2048;
  std::size_t num_best = 10;
};

/// Whether a family's feed-forward weights are three times a whole multiple of d^2, as those of
/// gated layers are.
inline bool is_gated_family(const ModelShapeRule& rule) {
  return std::fmod(rule.feed_forward, 3.0) == 0.0;
}

/// A model that can be built, and what the budget makes of it.
struct RealShape {
  ModelShape shape;
  ParameterCount params;
  MemoryCount bytes;
  double granularity = 1.0;
  double n_law = Plan::kNone;     ///< as the law counts it
  double n_active = Plan::kNone;  ///< as the plan counts it
  double flops_per_token = Plan::kNone;
  double gpu_hours = Plan::kNone;  ///< of the run, where the budget is time
  double d_tokens = Plan::kNone;
  double loss = Plan::kNone;         ///< nats per token
  double excess_loss = Plan::kNone;  ///< above the continuous optimum's
  /// Share of the budget that the continuous optimum would not need for this loss.
  double budget_lost = Plan::kNone;
};

struct ShapeSearch {
  PlanStatus status = PlanStatus::kFailed;
  std::string note;  ///< why there are no shapes
  Optimum optimum;   ///< the continuous one
  std::size_t num_examined = 0;
  std::vector<RealShape> best;  ///< lowest loss first; of equal losses the narrower, shallower
};

/// The best shapes for a budget in the unit of the problem's cost, within its limits. With a fixed
/// number of tokens per active parameter, a shape trains on exactly so many and the budget must
/// suffice. Throws InvalidArgument for options that contradict each other or the layers that were
/// timed, a law whose N or G has no meaning for a shape, and as Planners does.
ShapeSearch search_shapes(const PlanProblem& problem, double budget,
                          const ShapeOptions& options = {});

}  // namespace isoflop
