#include "fit/inspect/two_readings.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace isoflop::detail {
namespace {

/// Runs beyond the coefficients, powers among them, from which scatter can be told.
constexpr std::size_t kFewestSpare = 3;

double root_mean_square(std::span<const double> errors, std::size_t num_terms) {
  double squares = 0.0;
  for (const double e : errors) squares += e * e;
  return std::sqrt(squares / static_cast<double>(errors.size() - num_terms));
}

double median_size(std::vector<double> errors) {
  for (double& e : errors) e = std::abs(e);
  const auto middle = errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2);
  std::nth_element(errors.begin(), middle, errors.end());
  return *middle;
}

/// Errors of a fit in which runs far off count less and less; empty where there is no fit.
std::vector<double> robust_errors(CheapLaw& law, std::span<const Reading> runs, int rounds) {
  std::vector<double> weights(runs.size(), 1.0), errors(runs.size());
  for (int round = 0;; ++round) {
    if (!law.fit(runs, weights)) return {};
    for (std::size_t i = 0; i < runs.size(); ++i) errors[i] = law.error(runs[i]);
    if (round == rounds) return errors;
    const double scale = std::max(1.5 * median_size(errors), 1e-9);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const double size = std::max(std::abs(errors[i]) / scale, 1.0);
      weights[i] = 1.0 / (size * size);
    }
  }
}

}  // namespace

std::optional<double> scatter_of(std::span<const Reading> runs,
                                 std::span<const Variable> variables) {
  CheapLaw law(variables);
  if (runs.size() < law.num_terms() + 2 + kFewestSpare) return std::nullopt;
  const std::vector<double> errors = robust_errors(law, runs, 0);
  if (errors.empty()) return std::nullopt;
  return root_mean_square(errors, law.num_terms());
}

std::optional<TwoReadings> divide(std::span<const Reading> runs,
                                  std::span<const Variable> variables, const OtherReading& other,
                                  const std::vector<std::vector<bool>>& guesses) {
  constexpr int kMostRounds = 8, kReweighting = 3;
  const auto before = scatter_of(runs, variables);
  if (!before) return std::nullopt;
  CheapLaw law(variables);
  std::vector<Reading> changed;
  for (const Reading& run : runs) changed.push_back(other(run));

  TwoReadings best{std::vector<bool>(runs.size(), false), *before, *before, CheapLaw(variables)};
  std::vector<std::vector<bool>> begins = guesses;
  begins.insert(begins.begin(), std::vector<bool>(runs.size(), false));
  std::vector<Reading> read(runs.size());
  for (std::vector<bool>& label : begins) {
    for (int round = 0; round < kMostRounds; ++round) {
      for (std::size_t i = 0; i < runs.size(); ++i) read[i] = label[i] ? changed[i] : runs[i];
      if (robust_errors(law, read, kReweighting).empty()) break;
      std::vector<bool> next(runs.size());
      for (std::size_t i = 0; i < runs.size(); ++i) {
        next[i] = std::abs(law.error(changed[i])) < std::abs(law.error(runs[i]));
      }
      if (next == label) break;
      label = next;
    }
    for (std::size_t i = 0; i < runs.size(); ++i) read[i] = label[i] ? changed[i] : runs[i];
    const auto after = scatter_of(read, variables);
    if (after && *after < best.scatter_after) {
      best.other = label;
      best.scatter_after = *after;
      best.law.fit(read, std::vector<double>(read.size(), 1.0));
    }
  }
  return best;
}

std::vector<std::vector<bool>> split_at_gaps(std::span<const double> log_values, std::size_t most) {
  std::vector<std::size_t> order(log_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return log_values[a] < log_values[b]; });
  std::vector<std::pair<double, std::size_t>> gaps;
  for (std::size_t i = 1; i < order.size(); ++i) {
    const double gap = log_values[order[i]] - log_values[order[i - 1]];
    if (gap >= std::log(2.0)) gaps.emplace_back(-gap, i);
  }
  std::stable_sort(gaps.begin(), gaps.end());
  gaps.resize(std::min(gaps.size(), most));
  std::vector<std::vector<bool>> out;
  for (const auto& [gap, cut] : gaps) {
    std::vector<bool>& below = out.emplace_back(log_values.size(), false);
    for (std::size_t i = 0; i < cut; ++i) below[order[i]] = true;
  }
  return out;
}

}  // namespace isoflop::detail
