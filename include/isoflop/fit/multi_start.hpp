/// Many descents, and what they agree on.
///
/// A start is abandoned by one rule: after 12 iterations the half of the starts with the lower
/// objective goes on, the other half is given up. Starts that end badly show it early: they lose a
/// term of the law at a bound. docs/results.md says what the rule costs and saves.
///
/// On many runs (more than 20,000) the starts descend on a seeded sample of 8,192 of them; the
/// distinct minima found there are then descended to the end on all runs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <mutex>
#include <numeric>
#include <vector>

#include "isoflop/core/parallel.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/fit/minimizer.hpp"
#include "isoflop/fit/options.hpp"

namespace isoflop {

/// Objectives as close as this are one minimum.
inline bool agree(double value, double best) { return value <= best * (1.0 + 1e-6) + 1e-16; }

/// A minimum that one or more starts reached.
template <std::size_t P>
struct FoundMinimum {
  Minimum<P> at;
  std::size_t num_starts = 0;   ///< that ended here
  std::size_t first_start = 0;  ///< the one with the lowest objective
};

template <std::size_t P>
struct MultiStart {
  std::vector<FoundMinimum<P>> found;  ///< by objective, lowest first
  std::size_t num_starts = 0;
  std::size_t num_abandoned = 0;
};

namespace detail {

inline constexpr int kIterationsBeforeAbandoning = 12;
inline constexpr std::size_t kFewestStartsToAbandon = 100;
inline constexpr std::size_t kManyRuns = 20'000, kSampledRuns = 8'192;

/// Calls work(i) for all i and reports progress, `done` counting on from where it was.
template <class Work>
void with_progress(std::size_t count, const FitOptions& options, std::size_t& done, std::size_t all,
                   const Work& work) {
  std::mutex mutex;
  parallel_for(count, options.num_threads, [&](std::size_t i) {
    work(i);
    if (!options.progress) return;
    const std::lock_guard lock(mutex);
    options.progress(++done, all);
  });
}

/// Minima that agree become one. `ended` by start; an infinite value does not count.
template <std::size_t P>
std::vector<FoundMinimum<P>> distinct_minima(const std::vector<Minimum<P>>& ended,
                                             const std::vector<std::size_t>& start) {
  std::vector<std::size_t> order(ended.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return ended[a].value < ended[b].value; });
  std::vector<FoundMinimum<P>> out;
  for (const std::size_t i : order) {
    if (!std::isfinite(ended[i].value)) continue;
    if (out.empty() || !agree(ended[i].value, out.back().at.value)) {
      out.push_back({ended[i], 0, start[i]});
    }
    ++out.back().num_starts;
  }
  return out;
}

template <Law L>
ColumnObjective<L> sample_of(const ColumnObjective<L>& objective, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> counts(objective.num_runs(), 0.0);
  for (std::size_t picked = 0; picked < kSampledRuns;) {
    double& count = counts[random.below(counts.size())];
    if (count == 0.0) ++picked;
    count = 1.0;
  }
  return objective.resampled(counts);
}

}  // namespace detail

/// Descends from every start. The outcome does not depend on options.num_threads.
template <Law L>
MultiStart<kNumCoefficients<L>> multi_start(
    const ColumnObjective<L>& objective, const FreeSpace<kNumCoefficients<L>>& space,
    const std::vector<typename FreeSpace<kNumCoefficients<L>>::Small>& starts,
    const FitOptions& options) {
  constexpr std::size_t kP = kNumCoefficients<L>;
  if (objective.num_runs() > detail::kManyRuns) {
    auto out = multi_start(detail::sample_of(objective, options.seed), space, starts, options);
    // What is far above the best on the sample is no rival on all runs.
    constexpr double kRival = 1.5;
    constexpr std::size_t kMostRivals = 16;
    std::erase_if(out.found,
                  [&](const auto& f) { return f.at.value > kRival * out.found.front().at.value; });
    out.found.resize(std::min(out.found.size(), kMostRivals));
    std::vector<Minimum<kP>> ended(out.found.size());
    parallel_for(ended.size(), options.num_threads, [&](std::size_t i) {
      ended[i] = minimize(objective, space, out.found[i].at.phi, {.warm = true});
    });
    std::vector<FoundMinimum<kP>> merged;
    for (std::size_t i = 0; i < ended.size(); ++i) {
      FoundMinimum<kP> next{ended[i], out.found[i].num_starts, out.found[i].first_start};
      const auto same = std::find_if(merged.begin(), merged.end(), [&](const auto& m) {
        return agree(next.at.value, m.at.value) && agree(m.at.value, next.at.value);
      });
      if (same == merged.end()) {
        merged.push_back(next);
        continue;
      }
      next.num_starts += same->num_starts;
      *same = next.at.value < same->at.value ? next : *same;
      same->num_starts = next.num_starts;
    }
    std::stable_sort(merged.begin(), merged.end(),
                     [](const auto& a, const auto& b) { return a.at.value < b.at.value; });
    out.found = std::move(merged);
    return out;
  }

  MultiStart<kP> out;
  out.num_starts = starts.size();
  std::vector<Descent<L>> descents;
  descents.reserve(starts.size());
  for (const auto& start : starts) descents.emplace_back(objective, space, start);
  std::vector<std::size_t> going(starts.size());
  std::iota(going.begin(), going.end(), std::size_t{0});

  std::size_t done = 0, all = starts.size();
  if (!options.finish_all_starts && starts.size() >= detail::kFewestStartsToAbandon) {
    all += starts.size() - starts.size() / 2;
    detail::with_progress(starts.size(), options, done, all, [&](std::size_t i) {
      descents[i].run(detail::kIterationsBeforeAbandoning);
    });
    auto value = [&](std::size_t i) {
      const double v = descents[i].minimum().value;
      return std::isfinite(v) ? v : std::numeric_limits<double>::infinity();
    };
    std::stable_sort(going.begin(), going.end(),
                     [&](std::size_t a, std::size_t b) { return value(a) < value(b); });
    going.resize(starts.size() - starts.size() / 2);
    std::sort(going.begin(), going.end());
    out.num_abandoned = starts.size() - going.size();
  }
  std::vector<Minimum<kP>> ended(going.size());
  detail::with_progress(going.size(), options, done, all, [&](std::size_t i) {
    Descent<L>& descent = descents[going[i]];
    descent.run(MinimizerOptions{}.max_iterations);
    ended[i] = descent.minimum();
  });
  out.found = detail::distinct_minima<kP>(ended, going);
  return out;
}

}  // namespace isoflop
