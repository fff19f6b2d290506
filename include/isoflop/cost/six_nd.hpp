/// F = 6 N_active D: two FLOPs forward and four backward per active parameter and token.
/// Kaplan et al. 2020, arXiv 2001.08361, Section 2.1. Granularity costs nothing here.
#pragma once

#include <cmath>

#include "isoflop/cost/cost.hpp"

namespace isoflop {

struct SixNd {
  static constexpr bool kLogConvex = true;

  template <class N, class G>
  N log_cost_per_token(const N& log_n_active, const G&) const {
    return log_n_active + std::log(6.0);
  }
  double router_share(double, double) const { return 0.0; }
};

static_assert(Cost<SixNd>);

}  // namespace isoflop
