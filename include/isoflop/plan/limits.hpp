/// What a plan has to keep to beside its budget. At a given budget and granularity every limit here
/// is a largest size: more active parameters would break it.
///   bytes(N, G) = s N_total + x d^2 n_blocks + c d n_blocks + r G d n_blocks + e d <= memory
///   with d the width and n_blocks the depth that the family of models has at N
#pragma once

#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "isoflop/core/model_shape_rule.hpp"

namespace isoflop {

enum class Limit { kNone, kMemory, kMaxActive, kMinTokens, kTokensPerActive, kUniqueTokens };
inline constexpr std::array<std::string_view, 6> kLimitNames{
    "none", "max_memory", "max_n_active", "min_d", "tokens_per_parameter", "unique_tokens"};
constexpr std::string_view to_string(Limit x) { return kLimitNames[static_cast<std::size_t>(x)]; }

/// A limit that leaves no model, and the value of it that would just leave one.
struct BrokenLimit {
  Limit limit = Limit::kNone;
  double enough = 0.0;
};

/// Bytes of a model of the family on one GPU.
struct MemoryUse {
  double per_active = 0.0;          ///< s N_total / N_active: of all weights, embeddings aside
  double per_width_depth = 0.0;     ///< c: of the KV cache, per d n_blocks
  double router_width_depth = 0.0;  ///< r: of the router, per G d n_blocks
  double per_width = 0.0;           ///< e: of embedding and head, per d
  ModelShapeRule shape{};
  /// x: of experts that a token does not use, per d^2 n_blocks, where N_total is not in proportion
  /// to N_active and s counts active parameters alone
  double per_square_depth = 0.0;

  double bytes(double log_n_active, double log_g) const {
    const double n = std::exp(log_n_active), d = shape.d_model(n);
    return bytes_of(n, std::exp(log_g), d, d / shape.width_per_block);
  }
  /// The same for a width and depth of one's own.
  double bytes_of(double n_active, double granularity, double d_model, double n_blocks) const {
    return per_active * n_active +
           (per_square_depth * d_model + per_width_depth + router_width_depth * granularity) *
               d_model * n_blocks +
           per_width * d_model;
  }
};

struct Limits {
  static constexpr double kFree = std::numeric_limits<double>::infinity();

  double max_bytes = kFree;
  MemoryUse memory{};
  double max_n_active = kFree;
  bool active_from_latency = false;  ///< max_n_active is what a time per token allows
  double min_tokens = 0.0;
  double tokens_per_active = 0.0;  ///< held exactly; 0: free
  /// Tokens to be served with the trained model; one costs a third of a trained one, its forward
  /// pass. Sardana et al. 2023, arXiv 2401.00448, Eq. 2 and 3: 6 N D_train + 2 N D_inference.
  double inference_tokens = 0.0;

  bool any() const {
    return max_bytes < kFree || max_n_active < kFree || min_tokens > 0.0 || tokens_per_active > 0.0;
  }
  /// The number of a limit, to be changed; null for a limit that has none here.
  double* value(Limit which) {
    switch (which) {
      case Limit::kMemory:
        return &max_bytes;
      case Limit::kMaxActive:
        return &max_n_active;
      case Limit::kMinTokens:
        return &min_tokens;
      case Limit::kTokensPerActive:
        return &tokens_per_active;
      case Limit::kNone:
      case Limit::kUniqueTokens:
        break;
    }
    return nullptr;
  }
};

}  // namespace isoflop
