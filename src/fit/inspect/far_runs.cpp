#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "fit/inspect_parts.hpp"
#include "isoflop/error.hpp"
#include "isoflop/fit/find_far_runs.hpp"
#include "isoflop/laws/log_losses.hpp"

namespace isoflop {

double usual_residual(std::vector<double> log_residuals) {
  std::erase_if(log_residuals, [](double r) { return std::isnan(r); });
  if (log_residuals.empty()) return 0.0;
  for (double& r : log_residuals) r = std::abs(r);
  const auto middle = log_residuals.begin() + static_cast<std::ptrdiff_t>(log_residuals.size() / 2);
  std::nth_element(log_residuals.begin(), middle, log_residuals.end());
  return 1.4826 * *middle;
}

std::vector<Finding> find_far_runs(const AnyLaw& law, const RunTable& runs,
                                   const FitReport& report) {
  constexpr double kTimesUsual = 30.0, kLeast = 0.01;
  constexpr std::size_t kRunsPerFar = 20;
  const std::size_t n = runs.num_runs();
  if (report.status == FitStatus::kFailed || n < 3 * report.num_free) return {};
  std::vector<double> residuals = log_losses(law, report.coefficients, runs);
  for (std::size_t i = 0; i < n; ++i) residuals[i] = std::log(runs.loss[i]) - residuals[i];
  const double usual = usual_residual(residuals);
  std::vector<std::size_t> far;
  for (std::size_t i = 0; i < n; ++i) {
    if (std::abs(residuals[i]) > std::max(kTimesUsual * usual, kLeast)) far.push_back(i);
  }
  if (far.empty() || kRunsPerFar * far.size() > std::max(n, kRunsPerFar)) return {};
  const auto farthest =
      *std::max_element(far.begin(), far.end(), [&](std::size_t a, std::size_t b) {
        return std::abs(residuals[a]) < std::abs(residuals[b]);
      });
  const bool one = far.size() == 1;
  Finding out{FindingSeverity::kSuspect, {}, far, "", ""};
  out.what = (one ? "the loss of " : "the losses of ") + detail::places(runs, far) +
             (one ? " lies " : " lie up to ") +
             detail::short_text(100.0 * std::abs(std::expm1(residuals[farthest]))) + " % " +
             (!one                        ? "from"
              : residuals[farthest] > 0.0 ? "above"
                                          : "below") +
             " the law of the others";
  if (usual > 0.0) {
    out.what += ", " + detail::short_text(std::abs(residuals[farthest]) / usual) +
                " times as far as runs usually do";
  }
  out.cure = "Look at " + std::string(one ? "it" : "them") + ", or leave " + (one ? "it" : "them") +
             " out with " + field("drop_worst") + " " + std::to_string(far.size());
  return {out};
}

}  // namespace isoflop
