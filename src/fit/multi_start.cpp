#include "fit/multi_start.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

#include "fit/with_progress.hpp"
#include "isoflop/core/parallel.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/core/stop_if_cancelled.hpp"

namespace isoflop {
namespace {

constexpr int kFirstHalving = 2, kLastHalving = 32;  // iterations; twice as many each time
constexpr std::size_t kFewestToHalve = 100;
constexpr std::size_t kManyRuns = 20'000, kSampledRuns = 8'192;

/// Minima that agree become one. `ended` by start; an infinite value does not count.
std::vector<FoundMinimum> distinct_minima(const std::vector<Minimum>& ended,
                                          const std::vector<std::size_t>& start) {
  std::vector<std::size_t> order(ended.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return ended[a].value < ended[b].value; });
  std::vector<FoundMinimum> out;
  for (const std::size_t i : order) {
    if (!std::isfinite(ended[i].value)) continue;
    if (out.empty() || !agree(ended[i].value, out.back().at.value)) {
      out.push_back({ended[i], 0, start[i]});
    }
    ++out.back().num_starts;
  }
  return out;
}

std::unique_ptr<Objective> sample_of(const Objective& objective, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> counts(objective.num_runs(), 0.0);
  for (std::size_t picked = 0; picked < kSampledRuns;) {
    double& count = counts[random.below(counts.size())];
    if (count == 0.0) ++picked;
    count = 1.0;
  }
  return objective.resampled(counts);
}

/// Which of the descents go on: those with the lower objectives, in the order they had.
void keep_better_half(const std::vector<Descent>& descents, std::vector<std::size_t>& going) {
  auto value = [&](std::size_t i) {
    const double v = descents[i].minimum().value;
    return std::isfinite(v) ? v : std::numeric_limits<double>::infinity();
  };
  std::stable_sort(going.begin(), going.end(),
                   [&](std::size_t a, std::size_t b) { return value(a) < value(b); });
  going.resize(going.size() - going.size() / 2);
  std::sort(going.begin(), going.end());
}

}  // namespace

MultiStart multi_start(const Objective& objective, const FreeSpace& space,
                       const std::vector<CoefficientVector>& starts, const FitOptions& options) {
  if (objective.num_runs() > kManyRuns) {
    MultiStart out = multi_start(*sample_of(objective, options.seed), space, starts, options);
    // What is far above the best on the sample is no rival on all runs.
    constexpr double kRival = 1.5;
    constexpr std::size_t kMostRivals = 16;
    std::erase_if(out.found,
                  [&](const auto& f) { return f.at.value > kRival * out.found.front().at.value; });
    out.found.resize(std::min(out.found.size(), kMostRivals));
    std::vector<Minimum> ended(out.found.size());
    parallel_for(ended.size(), options.num_threads, [&](std::size_t i) {
      stop_if_cancelled(options.cancelled);
      ended[i] = minimize(objective, space, out.found[i].at.phi, {.warm = true});
    });
    std::vector<FoundMinimum> merged;
    for (std::size_t i = 0; i < ended.size(); ++i) {
      FoundMinimum next{ended[i], out.found[i].num_starts, out.found[i].first_start};
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

  MultiStart out;
  out.num_starts = starts.size();
  std::vector<Descent> descents;
  descents.reserve(starts.size());
  for (const auto& start : starts) descents.emplace_back(objective, space, start);
  std::vector<std::size_t> going(starts.size());
  std::iota(going.begin(), going.end(), std::size_t{0});

  std::size_t done = 0, all = starts.size();
  const auto halves = [&](int iterations, std::size_t left) {
    return !options.finish_all_starts && iterations <= kLastHalving && left >= kFewestToHalve;
  };
  std::size_t left = starts.size();
  for (int iterations = kFirstHalving; halves(iterations, left); iterations *= 2) {
    left -= left / 2;
    all += left;
  }
  for (int iterations = kFirstHalving; halves(iterations, going.size()); iterations *= 2) {
    with_progress(going.size(), options, options.progress, done, all,
                  [&](std::size_t i) { descents[going[i]].run(iterations); });
    keep_better_half(descents, going);
  }
  out.num_abandoned = starts.size() - going.size();
  std::vector<Minimum> ended(going.size());
  with_progress(going.size(), options, options.progress, done, all, [&](std::size_t i) {
    Descent& descent = descents[going[i]];
    descent.run(MinimizerOptions{}.max_iterations);
    ended[i] = descent.minimum();
  });
  out.found = distinct_minima(ended, going);
  return out;
}

}  // namespace isoflop
