/// F = (12 d^2 c_f + d E G c_r) D n_blocks: the training FLOPs of a fine-grained MoE, its routing
/// included. Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871, Eq. 11: c_f = 6, c_r = 14 (6
/// for the router's linear layer, 8 for dispatch and combine; 6 to 20 are possible). Embedding,
/// unembedding and attention scores are left out. E = 1 is a dense model and has no router.
#pragma once

#include <cmath>
#include <limits>

#include "isoflop/core/log_sum_exp.hpp"
#include "isoflop/core/model_shape_rule.hpp"
#include "isoflop/cost/cost.hpp"

namespace isoflop {

class PaperFlops {
 public:
  static constexpr bool kLogConvex = true;

  /// expansion: E >= 1; flops_per_active: c_f > 0; router_cost: c_r >= 0.
  PaperFlops(double expansion, double flops_per_active, double router_cost,
             const ModelShapeRule& shape)
      : log_per_active_(std::log(flops_per_active)),
        log_per_router_(expansion > 1.0 && router_cost > 0.0
                            ? std::log(expansion * router_cost / shape.width_per_block) +
                                  std::log(shape.width_per_block / 12.0) * (2.0 / 3.0)
                            : -std::numeric_limits<double>::infinity()) {}

  /// ln(d E G c_r n_blocks) with n_blocks = d / ratio and d^3 = N_active ratio / 12; minus infinity
  /// where nothing is routed.
  template <class N, class G>
  auto log_router(const N& log_n_active, const G& log_g) const {
    return log_n_active * (2.0 / 3.0) + log_g + log_per_router_;
  }

  template <class N, class G>
  auto log_cost_per_token(const N& log_n_active, const G& log_g) const {
    return log_sum_exp(log_n_active + log_per_active_, log_router(log_n_active, log_g));
  }
  double router_share(double log_n_active, double log_g) const {
    return std::exp(log_router(log_n_active, log_g) - log_cost_per_token(log_n_active, log_g));
  }

 private:
  double log_per_active_, log_per_router_;
};

static_assert(Cost<PaperFlops>);

}  // namespace isoflop
