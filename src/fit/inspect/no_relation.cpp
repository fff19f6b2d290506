#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "fit/inspect_parts.hpp"
#include "fit/level_misfit.hpp"
#include "isoflop/core/word_list.hpp"
#include "isoflop/fit/find_far_runs.hpp"
#include "isoflop/fit/find_no_relation.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/laws/log_losses.hpp"

namespace isoflop {
namespace {

/// Weighted squares of deviations, none beyond farthest_counted.
double squares_of(const std::vector<double>& deviations, const RunTable& runs) {
  const double most = farthest_counted(deviations);
  double out = 0.0;
  for (std::size_t i = 0; i < deviations.size(); ++i) {
    const double weight = runs.weight.empty() ? 1.0 : runs.weight[i];
    out += weight * std::pow(std::min(std::abs(deviations[i]), most), 2);
  }
  return out;
}

}  // namespace

std::vector<Finding> find_no_relation(const AnyLaw& law, const RunTable& runs,
                                      const FitReport& report) {
  constexpr double kCertain = 3.0;
  constexpr std::size_t kFewestLeft = 3;
  const std::size_t n = runs.num_runs();
  if (report.status == FitStatus::kFailed || report.num_free < 2) return {};
  if (n < report.num_free + kFewestLeft) return {};
  std::vector<double> logs, own = log_losses(law, report.coefficients, runs);
  for (const double loss : runs.loss) logs.push_back(std::log(loss));
  std::vector<double> sorted = logs;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(n / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  for (std::size_t i = 0; i < n; ++i) {
    own[i] = logs[i] - own[i];
    logs[i] -= *middle;
  }
  const double of_median = squares_of(logs, runs), of_law = squares_of(own, runs);
  if (!(of_median > 0.0) || !std::isfinite(of_law)) return {};
  const double above = static_cast<double>(report.num_free) - 1.0;
  const double below = static_cast<double>(n - report.num_free);
  const double f = std::max(0.0, of_median - of_law) / above / (of_law / below);
  if (!(normal_of_f(f, above, below) < kCertain)) return {};
  const LawFacts& facts = facts_of(law);
  std::vector<std::string> symbols;
  for (const Variable v : facts.variables) symbols.emplace_back(facts.info(v).symbol);
  Finding out{FindingSeverity::kSuspect, {}, {}, "", ""};
  out.what = "the losses go neither with " + joined(symbols, " nor with ") +
             ": one number for all, " + detail::short_text(std::exp(*middle)) +
             ", is as close to them as the law";
  out.cure =
      "Look whether the column of losses is the right one and each row has its own; else add runs "
      "that differ more";
  return {out};
}

}  // namespace isoflop
