/// Which runs tell most of some quantities, from draws of what both could be. With q_t and f_t the
/// values of a quantity and of ln L of a run under draw t, and s^2 the noise of ln L, training the
/// run leaves of the variance of q
///   var(q) - cov(q, f)^2 / (s^2 + var(f)),
/// the update of a Gaussian by one linear observation (Kalman 1960, J. Basic Engineering 82(1))
/// with sample covariances over the draws, as ensemble filters take them (Tippett et al. 2003,
/// Monthly Weather Review 131(7)). No derivative is taken: what a draw says of quantity and run
/// stands for all that lies between.
#pragma once

#include <cstddef>
#include <vector>

namespace isoflop {

/// [num_columns][num_draws], finite; all columns of one length, which is at least 2.
using DrawnColumns = std::vector<std::vector<double>>;

struct RunChoice {
  std::vector<std::size_t> chosen;  ///< columns of the log losses, in the order of their choice
  DrawnColumns left;                ///< the quantities, scattered as they would be afterwards
};

/// The runs, at most max_runs, none twice and at most `budget` in all, after which the product of
/// the widths of the quantities is smallest. `log_losses` has a column and `costs` an entry > 0 for
/// every run. A greedy search, then an exchange of single runs (Fedorov 1972, Theory of Optimal
/// Experiments): of several ways to weigh what a run tells against what it costs, the best outcome.
RunChoice choose_runs(const DrawnColumns& quantities, const DrawnColumns& log_losses,
                      const std::vector<double>& costs, double noise, double budget,
                      std::size_t max_runs);

/// What is left after all of these runs.
RunChoice take_runs(const DrawnColumns& quantities, const DrawnColumns& log_losses, double noise);

}  // namespace isoflop
