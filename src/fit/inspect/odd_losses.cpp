// Losses that are no nats per token.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "fit/inspect_parts.hpp"
#include "isoflop/error.hpp"

namespace isoflop::detail {
namespace {

std::string nats_or_unit() {
  return "Give the loss in nats per token, or say what it is with " + field("loss_unit");
}

/// Whether more parameters and more tokens raise the loss: among pairs of runs of which one is
/// larger in a count and smaller in none, all else alike. `share` of at least `fewest` pairs.
bool losses_rise(const RunTable& runs, const std::vector<std::size_t>& rows,
                 const LawProbe& probe) {
  constexpr std::size_t kMostRuns = 200, kFewestPairs = 10;
  constexpr double kShare = 0.9, kAlike = 1.05, kLarger = 1.5;
  std::vector<std::size_t> some;
  const std::size_t count = std::min(rows.size(), kMostRuns);
  for (std::size_t i = 0; i < count; ++i) some.push_back(rows[i * rows.size() / count]);
  std::vector<Variable> counts, others;
  for (const Variable v : probe.variables) {
    const bool is_count =
        v == Variable::kN || v == Variable::kD || v == Variable::kU || v == Variable::kC;
    (is_count ? counts : others).push_back(v);
  }
  std::size_t num_pairs = 0, num_rising = 0;
  for (const std::size_t small : some) {
    for (const std::size_t large : some) {
      const auto ratio = [&](Variable v) { return runs.column(v)[large] / runs.column(v)[small]; };
      const bool never_smaller =
          std::all_of(counts.begin(), counts.end(), [&](Variable v) { return ratio(v) >= 1.0; });
      const bool is_larger =
          std::any_of(counts.begin(), counts.end(), [&](Variable v) { return ratio(v) > kLarger; });
      const bool alike = std::all_of(others.begin(), others.end(), [&](Variable v) {
        const double a = runs.column(v)[small], b = runs.column(v)[large];
        return std::max(a, b) <= kAlike * std::min(a, b);
      });
      if (!never_smaller || !is_larger || !alike) continue;
      ++num_pairs;
      num_rising += runs.loss[large] > runs.loss[small];
    }
  }
  return num_pairs >= kFewestPairs &&
         static_cast<double>(num_rising) >= kShare * static_cast<double>(num_pairs);
}

/// Rows on the smaller side of the widest gap, if that is at least `factor`.
std::vector<std::size_t> beyond_gap(const RunTable& runs, std::vector<std::size_t> rows,
                                    double factor) {
  std::stable_sort(rows.begin(), rows.end(),
                   [&](std::size_t a, std::size_t b) { return runs.loss[a] < runs.loss[b]; });
  std::size_t cut = 0;
  double widest = 1.0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const double gap = runs.loss[rows[i]] / runs.loss[rows[i - 1]];
    if (gap <= widest) continue;
    widest = gap;
    cut = i;
  }
  if (widest < factor) return {};
  const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(cut);
  std::vector<std::size_t> few(2 * cut <= rows.size() ? rows.begin() : middle,
                               2 * cut <= rows.size() ? middle : rows.end());
  std::sort(few.begin(), few.end());
  return few;
}

}  // namespace

void find_odd_losses(const RunTable& runs, const std::vector<std::size_t>& rows,
                     const LawProbe& probe, std::vector<Finding>& out) {
  constexpr double kLargest = 20.0;  // guessing evenly over 1e6 tokens costs 13.8 nats
  constexpr double kFlops = 1e6, kTwoScales = 10.0;
  std::vector<std::size_t> large;
  double least = runs.loss[rows.front()], most = least;
  for (const std::size_t row : rows) {
    least = std::min(least, runs.loss[row]);
    most = std::max(most, runs.loss[row]);
    if (runs.loss[row] > kLargest) large.push_back(row);
  }
  const std::string range = short_text(least) + " to " + short_text(most);
  const auto suspect = [&](std::vector<std::size_t> which, std::string what, std::string cure) {
    out.push_back(
        {FindingSeverity::kSuspect, {}, std::move(which), std::move(what), std::move(cure)});
  };
  if (least > kFlops) {
    suspect(
        {},
        "all losses are above 1e6 (" + range + "): no loss of any unit; FLOPs, tokens or steps?",
        "Name the column of the loss with " + field("column") + " loss=NAME");
    return;
  }
  if (large.size() == rows.size()) {
    suspect({},
            "all losses are above " + short_text(kLargest) +
                ", more than any nats per token: perplexities?",
            "If so, say " + field("loss_unit") + " perplexity");
    return;
  }
  const std::vector<std::size_t> apart = beyond_gap(runs, rows, kTwoScales);
  if (!large.empty()) {
    suspect(large,
            "the loss of " + places(runs, large) + " is above " + short_text(kLargest) +
                ", more than any nats per token: perplexities?",
            "Give the loss in nats per token, the natural logarithm of the perplexity");
  } else if (!apart.empty()) {
    suspect(apart,
            "the losses are of two scales: those of " + places(runs, apart) + " (" +
                short_text(runs.loss[apart.front()]) +
                ") lie more than ten times away from all others, which no sweep of runs does",
            nats_or_unit());
  }
  if (!losses_rise(runs, rows, probe)) return;
  if (most < 1.0) {
    suspect({},
            "all losses lie between 0 and 1 (" + range +
                ") and grow with the runs: accuracies, or another score?",
            "A law describes a loss, which falls; fit that, or the error 1 - accuracy, by " +
                field("column") + " loss=\"1-NAME\"");
  } else {
    suspect({},
            "the loss grows with parameters and tokens (" + range +
                "): a score, or columns that were mistaken?",
            "Name the right columns with " + field("column") + " loss=NAME n=NAME d=NAME");
  }
}

}  // namespace isoflop::detail
