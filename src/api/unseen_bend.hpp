// What a plan beyond the runs would lose to a bend of the law that the runs are too few, or too
// noisy, to show.
#pragma once

#include "isoflop/core/run_table.hpp"
#include "isoflop/fit/fit_law.hpp"
#include "isoflop/fit/options.hpp"
#include "isoflop/fit/report.hpp"

namespace isoflop::api {

struct UnseenBend {
  double lost = 0.0;  ///< share of the budget
  Variable along = Variable::kN;
};

/// Of a law in N and D, perhaps G. The law is given one more term, k (ln x - mean)^2 in ln L, x one
/// of N and D, without what the free coefficients can follow of it; k is twice its standard error
/// over the runs, of either sign. The share of `budget` (6 N D, N as the table counts it) that the
/// plan of the fit then loses, the largest of the four, and by which variable; G is held at its
/// median.
UnseenBend lost_to_unseen_bend(const FitLaw& law, const RunTable& runs, const FitOptions& options,
                               const FitReport& report, double budget);

}  // namespace isoflop::api
