/// Which FLOPs a law's own optima are meant under.
#pragma once

#include "isoflop/convention/law_variables.hpp"
#include "isoflop/laws/law_record.hpp"

namespace isoflop {

/// What the law says; where it does not, the paper's FLOPs for a law with a granularity, else 6ND.
/// Throws InvalidArgument where no law has the record's name.
inline FlopAccounting own_accounting(const LawRecord& law) {
  return law.flops.value_or(has_granularity(law) ? FlopAccounting::kPaper : FlopAccounting::kSixNd);
}

/// Training FLOPs per token of a model with this many active parameters, E' experts per block, 0
/// for a dense model, which has no router:
///   6nd    6 N_active
///   paper  c_f N_active + c_r d_model E' n_blocks
/// With c_f = 6 the second is the accounting `paper` of shape/flop_count.hpp.
struct FlopConvention {
  FlopAccounting accounting = FlopAccounting::kSixNd;
  double flops_per_active = 6.0;  ///< c_f
  double router_cost = 14.0;      ///< c_r

  double per_token(double n_active, double d_model, double n_blocks, double num_experts) const {
    if (accounting == FlopAccounting::kSixNd) return 6.0 * n_active;
    return flops_per_active * n_active + router_cost * d_model * num_experts * n_blocks;
  }
};

}  // namespace isoflop
