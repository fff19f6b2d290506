/// Seeded sweeps, honest ones and with a mistake of a kind.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "isoflop/core/random.hpp"
#include "isoflop/core/run_table.hpp"
#include "isoflop/fit/inspect_runs.hpp"
#include "planted_runs.hpp"

namespace isoflop::testing {

enum class Sweep { kRatios, kSquare, kScattered, kProfiles, kWide };
inline constexpr std::array kSweeps{Sweep::kRatios, Sweep::kSquare, Sweep::kScattered,
                                    Sweep::kProfiles, Sweep::kWide};

/// About 30 runs of the published chinchilla with noise of the losses:
///   kRatios     six sizes, each at 10 to 160 tokens per parameter
///   kSquare     five sizes, each at the same six counts of tokens
///   kScattered  sizes over 2.4 decades, 3 to 300 tokens per parameter, at random
///   kProfiles   six sizes at each of five budgets
///   kWide       N over five decades, D over five decades, at random
inline RunTable sweep(Sweep kind, std::uint64_t seed, double noise = 0.003) {
  RunTable runs;
  Random random(seed);
  auto add = [&](double n, double d) {
    runs.column(Variable::kN).push_back(n);
    runs.column(Variable::kD).push_back(d);
    runs.loss.push_back(0.0);
    runs.loss.back() = loss_of_row(Chinchilla::kName, kHoffmann, runs, runs.num_runs() - 1) *
                       std::exp(noise * random.normal());
  };
  auto between = [&](double low, double high) {
    return std::exp(random.uniform(std::log(low), std::log(high)));
  };
  for (int i = 0; i < 30; ++i) {
    const double step = i % 6, round = i / 6;
    if (kind == Sweep::kRatios) {
      add(1e8 * std::pow(2.0, step), 1e9 * std::pow(2.0, step + round));
    } else if (kind == Sweep::kSquare) {
      add(1e8 * std::pow(3.0, round), 2e9 * std::pow(3.0, step));
    } else if (kind == Sweep::kScattered) {
      const double n = between(2e7, 5e9);
      add(n, n * between(3.0, 300.0));
    } else if (kind == Sweep::kProfiles) {
      const double budget = 1e18 * std::pow(4.0, round);
      const double n = std::sqrt(budget / 120.0) * std::pow(2.0, step - 2.5);
      add(n, budget / 6.0 / n);
    } else {
      const double n = between(1e6, 1e11);
      add(n, between(1e8, 1e13));
    }
  }
  return runs;
}

/// `count` rows at random, ascending.
inline std::vector<std::size_t> some_rows(const RunTable& runs, std::size_t count,
                                          std::uint64_t seed) {
  Random random(seed);
  std::vector<std::size_t> rows(runs.num_runs());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(rows[i], rows[i + random.below(rows.size() - i)]);
  }
  rows.resize(count);
  std::sort(rows.begin(), rows.end());
  return rows;
}

inline std::vector<Finding> suspects_among(std::vector<Finding> findings) {
  std::erase_if(findings, [](const Finding& f) { return f.severity != FindingSeverity::kSuspect; });
  return findings;
}

inline std::vector<Finding> suspects_of(const RunTable& runs) {
  return suspects_among(inspect_runs(Chinchilla::kName, runs));
}

}  // namespace isoflop::testing
