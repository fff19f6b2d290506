/// Runs whose law is known, because their losses were computed from it.
#pragma once

#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "isoflop/core/random.hpp"
#include "isoflop/core/run_table.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/list.hpp"
#include "laws/law_rows.hpp"

namespace isoflop::testing {

/// Hoffmann et al. 2022, arXiv 2203.15556, Approach 3.
inline const std::vector<double> kHoffmann{1.69, 406.4, 0.34, 410.7, 0.28};
/// Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871, E = 64, authors' plotting code.
inline const std::vector<double> kKrajewski{18.0712, 0.1146, 30.8082, 0.1465,
                                            2.0760,  0.5843, 0.472};

template <Law L>
inline const std::vector<double>& published_coefficients(const L& law) {
  return row_of(law).coefficients;
}

inline double loss_of_row(const AnyLaw& law, std::span<const double> coefficients,
                          const RunTable& runs, std::size_t row) {
  return visit_law(law, [&]<Law L>(const L& own) {
    std::array<double, kNumVariablesOf<L>> x;
    for (std::size_t v = 0; v < x.size(); ++v) x[v] = runs.column(variables_of(own)[v])[row];
    return loss(own, coefficients, x);
  });
}

/// Values of a variable from which a grid of small experiments is made. No token is seen exactly
/// once: the law of repeated tokens has a kink there.
inline std::vector<double> planted_values(Variable v) {
  switch (v) {
    case Variable::kN:
      return {1e8, 3e8, 1e9, 3e9, 1e10};
    case Variable::kD:
      return {2e9, 1e10, 5e10, 2.5e11};
    case Variable::kG:
      return {1.0, 4.0, 16.0};
    case Variable::kE:
      return {1.0, 2.0, 4.0, 8.0, 32.0, 128.0, 512.0};
    case Variable::kU:
      return {1.3e9, 1.3e10, 1.3e11};
    case Variable::kS:
      return {0.0, 0.5, 0.75, 0.9, 0.98};
    case Variable::kA:
      return {0.004, 0.016, 0.06, 0.25, 0.8};
    case Variable::kC:
      return {1e18, 1e20, 1e22};
  }
  return {};
}

/// A run for every combination of the values above, the last variable changing fastest (20 runs of
/// a law in N and D, 60 with G), with losses L exp(noise z), z standard normal.
template <Law L>
RunTable planted_runs(const L& law, std::span<const double> coefficients, double noise = 0.0,
                      std::uint64_t seed = 1) {
  RunTable runs;
  Random random(seed);
  std::array<std::vector<double>, kNumVariablesOf<L>> values;
  std::size_t num_runs = 1;
  for (std::size_t v = 0; v < values.size(); ++v) {
    values[v] = planted_values(variables_of(law)[v]);
    num_runs *= values[v].size();
  }
  for (std::size_t i = 0; i < num_runs; ++i) {
    std::size_t rest = i;
    for (std::size_t v = values.size(); v-- > 0; rest /= values[v].size()) {
      runs.column(variables_of(law)[v]).push_back(values[v][rest % values[v].size()]);
    }
    runs.loss.push_back(0.0);
    runs.loss.back() =
        loss_of_row(name_of(law), coefficients, runs, i) * std::exp(noise * random.normal());
  }
  return runs;
}

/// The runs at these rows, in this order; a row may come twice.
inline RunTable rows_of(const RunTable& runs, const std::vector<std::size_t>& rows) {
  RunTable out;
  for (const std::size_t row : rows) {
    for (std::size_t v = 0; v < kNumVariables; ++v) {
      if (!runs.columns[v].empty()) out.columns[v].push_back(runs.columns[v][row]);
    }
    out.loss.push_back(runs.loss[row]);
    if (!runs.weight.empty()) out.weight.push_back(runs.weight[row]);
  }
  return out;
}

}  // namespace isoflop::testing
