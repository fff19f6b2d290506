/// Which FLOPs a law's own optima are meant under.
#pragma once

#include "isoflop/laws/law_record.hpp"
#include "isoflop/plan/plan_problem.hpp"

namespace isoflop {

/// What the law says; where it does not, the paper's FLOPs for a law with a granularity, else 6ND.
/// Throws InvalidArgument where no law has the record's name.
inline FlopAccounting own_accounting(const LawRecord& law) {
  return law.flops.value_or(has_granularity(law) ? FlopAccounting::kPaper : FlopAccounting::kSixNd);
}

}  // namespace isoflop
