// What a law counts, in the words and in the one convention of a consensus.
#pragma once

#include <string>

#include "isoflop/plan/consensus.hpp"
#include "isoflop/plan/plan.hpp"

namespace isoflop {

/// A number in six digits.
std::string in_six_digits(double x);

/// G in the common convention per G of the law, with k0 = 1; NaN where it does not follow.
double common_per_own(GMeaning meaning);

/// The granularity that a law recommends in its own convention.
void set_granularity(LawOpinion& out, GMeaning meaning, double own);

/// n_active and n_total from a plan, embeddings taken off where that can be done.
void set_parameters(LawOpinion& out, const LawRecord& law, const Plan& plan);

}  // namespace isoflop
