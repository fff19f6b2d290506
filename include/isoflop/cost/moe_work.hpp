/// FLOPs and least memory traffic of every stage of one MoE layer, one micro-batch, bf16.
///   T tokens of width d, E' experts of width n, K of them per token, R = T K rows, u matrices
///   before the activation (2 for SwiGLU, else 1), s bytes per element
///   router 2 T d E' FLOPs forward, as many for each of dgrad and wgrad
///   experts 2 (u + 1) R d n forward, 4 (u + 1) R d n backward
/// With E' = E G, n = d_ff / G, K = k0 G: R n = T k0 d_ff and R / E' = T k0 / E do not depend on G.
/// What grows with G are the R d elements that permutation, combination and the GEMMs move, and the
/// router.
///
/// Bytes are those of a layer in which every stage reads its inputs and writes its outputs once and
/// nothing stays in a cache; expert ids, counts and positions (4 bytes per row) are left out, and
/// so are the router's weights where a GEMM applies them. A GEMM that does the work of another
/// stage reads and writes what that one would, but for the tensor between the two.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "isoflop/core/normal_quantile.hpp"
#include "isoflop/cost/cost_table.hpp"
#include "isoflop/cost/moe_layer.hpp"

namespace isoflop {

inline constexpr double kTileRows = 128.0;  ///< rows of one tile of a GEMM

/// What work depends on, as real numbers, so that a planner may ask between layers.
struct LayerSize {
  double tokens, d_model, num_experts, expert_width, top_k;
  double num_up;  ///< u

  double num_rows() const { return tokens * top_k; }                   ///< R
  double rows_per_expert() const { return num_rows() / num_experts; }  ///< T_e
  double up_width() const { return num_up * expert_width; }            ///< u n
};

inline LayerSize size_of(const MoeLayer& layer) {
  auto real = [](std::uint64_t x) { return static_cast<double>(x); };
  const ExpertLayer& x = layer.experts;
  return {real(layer.tokens),   real(layer.d_model), real(x.num_experts),
          real(x.expert_width), real(x.top_k),       real(layer.num_up())};
}

/// Rows that go through the experts' GEMMs.
struct ExpertRows {
  double routed;  ///< R
  double padded;  ///< with every expert's rows rounded up to whole tiles
  double
      executed;  ///< what a backend is asked to compute; the routed ones unless it says otherwise
};

inline double in_whole_tiles(double rows) { return std::ceil(rows / kTileRows) * kTileRows; }

/// Every expert gets the mean number of rows, whole or not.
inline ExpertRows balanced_rows(const LayerSize& size) {
  const double routed = size.num_rows();
  return {routed, size.num_experts * in_whole_tiles(size.rows_per_expert()), routed};
}

/// What balanced_rows would give on average if every token went to K distinct experts, all alike:
/// an expert's rows are binomial with T trials of chance K / E', here normal but for the chance of
/// none at all.
inline ExpertRows multinomial_rows(const LayerSize& size) {
  const double chance = size.top_k / size.num_experts, mean = size.rows_per_expert();
  const double deviation = std::sqrt(mean * std::max(0.0, 1.0 - chance));
  if (!(deviation > 0.0)) return balanced_rows(size);
  constexpr double kFar = 10.0;  // standard deviations; beyond that there is nothing
  // The mean of the number of tiles is the sum over i of the chance of more than i full ones.
  double tiles = std::max(0.0, std::floor((mean - kFar * deviation) / kTileRows));
  for (double full = kTileRows * tiles; full < mean + kFar * deviation; full += kTileRows) {
    tiles += full == 0.0 ? -std::expm1(size.tokens * std::log1p(-chance))
                         : normal_cdf((mean - full - 0.5) / deviation);
  }
  return {size.num_rows(), size.num_experts * kTileRows * tiles, size.num_rows()};
}

/// rows_per_expert: [E'] after routing.
inline ExpertRows counted_rows(std::span<const std::int32_t> rows_per_expert) {
  ExpertRows out{};
  for (const std::int32_t count : rows_per_expert) {
    out.routed += count;
    out.padded += in_whole_tiles(count);
  }
  out.executed = out.routed;
  return out;
}

/// Sizes of elements, and how the two parts of dX meet.
struct WorkOptions {
  double element_bytes = 2.0;          ///< s
  double weight_gradient_bytes = 2.0;  ///< of one element of dW1, dW2 and dW_router
  double logit_gradient_bytes = 4.0;   ///< of one gradient of a logit; logits take 4 themselves
  /// Transfers of T d elements by which the router's part of dX is added to that of the experts: 1
  /// where one of them is accumulated in place, 3 where the sum is a pass of its own, 0 where
  /// neither part goes through memory.
  double dx_sum_transfers = 1.0;
  Fusion fused{};  ///< of the experts' GEMMs
};

/// Of one stage or a sum of stages.
struct StageWork {
  double model_flops = 0.0;     ///< of the routed rows
  double padded_flops = 0.0;    ///< of whole tiles
  double executed_flops = 0.0;  ///< of the executed rows
  double weight_bytes = 0.0;    ///< weights read, gradients of weights written
  double activation_bytes = 0.0;
  double products = 0.0;  ///< GEMMs, one per expert where those multiply

  double bytes() const { return weight_bytes + activation_bytes; }
  StageWork& operator+=(const StageWork& other) {
    model_flops += other.model_flops;
    padded_flops += other.padded_flops;
    executed_flops += other.executed_flops;
    weight_bytes += other.weight_bytes;
    activation_bytes += other.activation_bytes;
    products += other.products;
    return *this;
  }
};

namespace detail {

constexpr std::array<Stage, kStageNames.size() - 1> all_stages() {
  std::array<Stage, kStageNames.size() - 1> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<Stage>(i + 1);
  return out;
}
inline constexpr auto kStages = all_stages();
inline constexpr std::size_t kNumForwardStages = static_cast<std::size_t>(Stage::kCombine);

}  // namespace detail

/// The parts of a pass in order of execution, without the whole.
constexpr std::span<const Stage> stages_of(Pass pass) {
  const std::span<const Stage> all(detail::kStages);
  if (pass == Pass::kForward) return all.first(detail::kNumForwardStages);
  if (pass == Pass::kBackward) return all.subspan(detail::kNumForwardStages);
  return all;
}

/// Those that are run.
inline std::vector<Stage> stages_of(Pass pass, const Fusion& fused) {
  std::vector<Stage> out;
  for (const Stage stage : stages_of(pass)) {
    if (is_run(stage, fused)) out.push_back(stage);
  }
  return out;
}

/// FLOPs of the experts' GEMMs alone, of the routed rows: 6 T K d n forward for SwiGLU.
inline double expert_flops(const LayerSize& size, Pass pass) {
  const double forward =
      2.0 * (size.num_up + 1.0) * size.num_rows() * size.d_model * size.expert_width;
  return pass == Pass::kForward ? forward : (pass == Pass::kBackward ? 2.0 : 3.0) * forward;
}

/// Work of one stage; none of one that is not run. Precondition: stage is not kWhole.
inline StageWork stage_work(const LayerSize& size, const ExpertRows& rows, Stage stage,
                            const WorkOptions& options = {}) {
  constexpr double kLogitBytes = 4.0, kChoiceBytes = 8.0;  // of an expert's id and its weight
  const double s = options.element_bytes, g = options.logit_gradient_bytes;
  const double tokens = size.tokens, d = size.d_model, n = size.expert_width, un = size.up_width();
  const double token_elements = tokens * d, logits = tokens * size.num_experts;
  const double choices = size.num_rows();
  const double row_elements = rows.routed * d;
  const double expert_weights = size.num_experts * d, router_weights = d * size.num_experts;

  // Of a GEMM of the experts: rows x d x width, whose weights are read or, in wgrad, written.
  // of_width_d: of the rows of width d. more: what it moves beside its operands and its result.
  auto experts = [&](double width, double weight_bytes, double of_width_d, double more = 0.0) {
    const double flops = 2.0 * d * width;
    return StageWork{flops * rows.routed,
                     flops * rows.padded,
                     flops * rows.executed,
                     weight_bytes * expert_weights * width,
                     s * (of_width_d + rows.routed * width + more),
                     size.num_experts};
  };
  auto router = [&](double weight_bytes, double logit_bytes, double transfers) {
    const double flops = 2.0 * d * size.num_experts;
    return StageWork{flops * tokens,
                     flops * in_whole_tiles(tokens),
                     flops * tokens,
                     weight_bytes * router_weights,
                     s * token_elements * transfers + logit_bytes * logits,
                     1.0};
  };
  auto moves = [](double bytes) { return StageWork{.activation_bytes = bytes}; };
  const Fusion& fused = options.fused;
  if (!is_run(stage, fused)) return {};
  const double x_elements = fused.gather ? token_elements : row_elements;
  const double d_y_elements = fused.combination ? x_elements : row_elements;
  const double a_elements = rows.routed * n, h_elements = rows.routed * un;

  switch (stage) {
    case Stage::kRouter:
      return router(s, kLogitBytes, 1.0);
    case Stage::kTopK:
      return moves(kLogitBytes * logits + kChoiceBytes * choices);
    case Stage::kPermute:
    case Stage::kCombine:
    case Stage::kPermuteBackward:
      return moves(s * (token_elements + row_elements));
    case Stage::kUp:
      return experts(un, s, x_elements, fused.activation ? a_elements : 0.0);
    case Stage::kUpDgrad:
      return experts(un, s, row_elements);
    case Stage::kUpWgrad:
      return experts(un, options.weight_gradient_bytes, x_elements);
    case Stage::kDown:
      return experts(n, s, row_elements);
    case Stage::kDownDgrad:  // with the activation H and dH in place of dA, then A with its weights
      return experts(n, s, d_y_elements,
                     (fused.activation ? 2.0 * h_elements - a_elements : 0.0) +
                         (fused.combination ? a_elements : 0.0));
    case Stage::kDownWgrad:
      return experts(n, options.weight_gradient_bytes, d_y_elements);
    case Stage::kActivation:
      return moves(s * rows.routed * n * (size.num_up + 1.0));
    case Stage::kActivationBackward:
      return moves(s * rows.routed * n * (2.0 * size.num_up + 1.0));
    case Stage::kCombineBackward:
      return moves(s * (token_elements + (fused.combination ? 1.0 : 2.0) * row_elements));
    case Stage::kTopKBackward:
      return moves((kLogitBytes + g) * logits + kChoiceBytes * choices);
    case Stage::kRouterDgrad:
      return router(s, g, 1.0 + options.dx_sum_transfers);
    case Stage::kRouterWgrad:
      return router(options.weight_gradient_bytes, g, 1.0);
    case Stage::kWhole:
      break;
  }
  throw InvalidArgument("the whole layer is not one of its stages");
}

/// Work of one stage of a pass, or of all of them for kWhole.
inline StageWork pass_work(const LayerSize& size, const ExpertRows& rows, Pass pass,
                           Stage stage = Stage::kWhole, const WorkOptions& options = {}) {
  if (stage != Stage::kWhole) return stage_work(size, rows, stage, options);
  StageWork out;
  for (const Stage part : stages_of(pass)) out += stage_work(size, rows, part, options);
  return out;
}

}  // namespace isoflop
