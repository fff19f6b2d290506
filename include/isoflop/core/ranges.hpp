/// What a set of runs covers: the smallest and largest value of each variable, of D/N and of N D.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "isoflop/core/run_table.hpp"

namespace isoflop {

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void include(double x) {
    low = std::min(low, x);
    high = std::max(high, x);
  }
  /// With room for the rounding of a number that was printed and read again.
  bool contains(double x) const {
    return x >= low - 1e-9 * std::abs(low) && x <= high + 1e-9 * std::abs(high);
  }
};

/// Empty where nothing is known.
struct Ranges {
  std::array<std::optional<Range>, kNumVariables> variables;
  std::optional<Range> d_per_n;    ///< tokens per parameter, N as the law counts it
  std::optional<Range> n_times_d;  ///< of single runs: training FLOPs but for a factor

  const std::optional<Range>& operator[](Variable v) const { return variables[index_of(v)]; }
  std::optional<Range>& operator[](Variable v) { return variables[index_of(v)]; }
};

inline Ranges ranges_of(const RunTable& runs) {
  Ranges out;
  for (std::size_t v = 0; v < kNumVariables; ++v) {
    for (const double x : runs.columns[v]) {
      if (!out.variables[v]) out.variables[v].emplace();
      out.variables[v]->include(x);
    }
  }
  const auto& n = runs.column(Variable::kN);
  const auto& d = runs.column(Variable::kD);
  for (std::size_t i = 0; i < std::min(n.size(), d.size()); ++i) {
    if (!out.d_per_n) out.d_per_n.emplace();
    out.d_per_n->include(d[i] / n[i]);
    if (!out.n_times_d) out.n_times_d.emplace();
    out.n_times_d->include(n[i] * d[i]);
  }
  return out;
}

}  // namespace isoflop
