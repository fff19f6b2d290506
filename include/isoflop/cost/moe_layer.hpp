/// One mixture-of-experts feed-forward layer and the micro-batch that passes through it: what its
/// FLOPs, bytes and time are counted for.
///   T tokens of width d; E' experts of width n; every token goes to K of them; R = T K rows
/// Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871, Section 3, for E' = E G and n = d_ff / G.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "isoflop/error.hpp"
#include "isoflop/shape/experts.hpp"

namespace isoflop {

enum class Activation { kSwiGlu, kGelu, kRelu };
inline constexpr std::array<std::string_view, 3> kActivationNames{"swiglu", "gelu", "relu"};
constexpr std::string_view to_string(Activation a) {
  return kActivationNames[static_cast<std::size_t>(a)];
}

struct MoeLayer {
  std::uint64_t tokens = 0;   ///< T
  std::uint64_t d_model = 0;  ///< d
  ExpertLayer experts{};      ///< E', n, K and the d_ff that E, G and k0 refer to
  Activation activation = Activation::kSwiGlu;
  bool renormalize = false;  ///< whether the K weights of a token are scaled to sum to 1

  std::uint64_t num_rows() const { return tokens * experts.top_k; }  ///< R
  /// Matrices before the activation: 2 (gate and up) for SwiGLU, else 1; u in the formulas.
  std::uint64_t num_up() const { return activation == Activation::kSwiGlu ? 2 : 1; }
  std::uint64_t up_width() const { return num_up() * experts.expert_width; }  ///< u n
  double mean_rows_per_expert() const {
    return static_cast<double>(num_rows()) / static_cast<double>(experts.num_experts);
  }
  bool operator==(const MoeLayer&) const = default;
};

/// Throws InvalidArgument unless the layer can be run: every number at least 1, top-k at most the
/// number of experts, d and n multiples of 8 (16-byte loads of bf16), no product beyond 2^40.
inline void require_runnable(const MoeLayer& layer) {
  const ExpertLayer& x = layer.experts;
  auto require = [](bool holds, const std::string& what) {
    if (!holds) throw InvalidArgument(what);
  };
  for (const std::uint64_t count :
       {layer.tokens, layer.d_model, x.d_ff, x.num_experts, x.expert_width, x.top_k}) {
    require(count > 0, "tokens, d_model, d_ff, experts, their width and top-k must be at least 1");
    require(count < (std::uint64_t{1} << 31), std::to_string(count) + " is beyond any layer");
  }
  require(x.top_k <= x.num_experts, "a token cannot go to " + std::to_string(x.top_k) + " of " +
                                        std::to_string(x.num_experts) + " experts");
  require(layer.d_model % 8 == 0,
          "d_model = " + std::to_string(layer.d_model) + " is not a multiple of 8");
  require(x.expert_width % 8 == 0,
          "the width of an expert, " + std::to_string(x.expert_width) + ", is not a multiple of 8");
  constexpr double kMost = 0x1p40;
  const auto rows = static_cast<double>(layer.tokens) * static_cast<double>(x.top_k);
  const double wide = static_cast<double>(layer.d_model) + static_cast<double>(layer.up_width());
  require(rows * wide < kMost && static_cast<double>(x.num_experts) * wide < kMost,
          "this layer is larger than any GPU holds");
}

}  // namespace isoflop
