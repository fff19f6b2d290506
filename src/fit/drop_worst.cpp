#include "isoflop/fit/drop_worst.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "isoflop/error.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/laws/log_losses.hpp"

namespace isoflop {

std::vector<std::size_t> worst_runs(const AnyLaw& law, const RunTable& runs,
                                    const FitOptions& options, std::size_t count) {
  FitOptions without_profile = options;
  without_profile.profile = false;
  const FitReport first = fit(law, runs, without_profile);
  if (first.verdict == Verdict::kFailed) {
    throw Error("no fit to judge the runs by: " + first.reasons.at(0));
  }
  const std::vector<double> fitted = log_losses(law, first.coefficients, runs);
  std::vector<std::size_t> order(runs.num_runs());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // Losses of any sign have no logarithm that all could be ordered by.
  const bool in_logs = std::isfinite(first.rmse_log);
  auto error = [&](std::size_t i) {
    return std::abs(in_logs ? fitted[i] - std::log(runs.loss[i])
                            : std::exp(fitted[i]) - runs.loss[i]);
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return error(i) > error(j); });
  if (count >= order.size()) {
    throw InvalidArgument("drop_worst", field("drop_worst") + " leaves no run");
  }
  order.resize(count);
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace isoflop
