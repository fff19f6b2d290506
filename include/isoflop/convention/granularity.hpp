/// Granularities of different papers in one: G = d_ff / d_expert with d_ff = 4 d_model, as in
/// Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871.
#pragma once

#include <limits>

#include "isoflop/convention/converted.hpp"
#include "isoflop/laws/law_record.hpp"

namespace isoflop {

/// d_ff over d_model wherever a law speaks of a dense layer without saying its width.
inline constexpr double kDffPerDmodel = 4.0;

/// d_ff / d_expert per G of this meaning: 2 for the 2 d_model / d_expert of Tian et al. 2025, arXiv
/// 2507.17702. NaN where it does not follow from the width of an expert.
inline double common_granularity_per(GMeaning meaning) {
  switch (meaning) {
    case GMeaning::kDffOverDexpert:
      return 1.0;
    case GMeaning::kTwoDmodelOverDexpert:
      return kDffPerDmodel / 2.0;
    case GMeaning::kActiveExperts:
    case GMeaning::kUnspecified:
      break;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

/// The law's G from d_ff / d_expert with d_ff = 4 d_model. Throws InvalidArgument where the law
/// does not say what its G counts, or counts something that does not follow.
Converted granularity_of_law(const LawRecord& law, double dff_over_dexpert);

}  // namespace isoflop
