/// One row per shipped law: what the property tests need to know of it. A law without a row fails
/// them.
#pragma once

#include <array>
#include <cmath>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/list.hpp"

namespace isoflop::testing {

struct LawRow {
  std::string_view law;
  std::vector<double> coefficients;  ///< published ones, in the law's order
  std::string_view irreducible;      ///< the coefficient that is left at infinite N and D, if any
  std::vector<Variable> falls_with;  ///< more of these lowers the prediction everywhere
  std::vector<Variable> never_rises_with = {};  ///< these may stop to matter, but do not raise it
  /// Largest derivative by a coefficient over that of a plain sum of powers, which is ln N.
  double steepness = 1.0;
  std::vector<std::string_view> undetermined = {};  ///< coefficients that no grid of runs tells
};

inline const std::vector<LawRow>& law_rows() {
  using enum Variable;
  static const std::vector<LawRow> rows{
      // Hoffmann et al. 2022, arXiv 2203.15556, Approach 3.
      {"chinchilla", {1.69, 406.4, 0.34, 410.7, 0.28}, "E", {kN, kD}},
      // Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871, authors' plotting code.
      {"fine-grained-moe",
       {18.0712, 0.1146, 30.8082, 0.1465, 2.0760, 0.5843, 0.472},
       "c",
       {kN, kD, kG}},
      // Ludziejewski et al. 2025, arXiv 2502.05172. More experts need more tokens before they help.
      {"joint-moe",
       {35.91, -0.1889, -0.2285, 0.0098, 35.98, -0.1775, 0.5529, -0.0259, 2.0732, 290.4521, 1.3637},
       "c",
       {kN, kD},
       {},
       10.0},
      // Muennighoff et al. 2023, arXiv 2305.16264.
      {"data-constrained",
       {std::exp(0.6254804), std::exp(6.255414), 0.3526596, std::exp(7.3049974), 0.3526596,
        5.309743, 15.387756},
       "E",
       {},
       {kN, kD, kU},
       10.0},
      // Abnar et al. 2025, arXiv 2501.12370. At infinite N and D a term in S is left beside e.
      {"sparsity",
       {16612.50, 0.5962, 5455.67, 0.3954, 0.4598, -0.1666, 17.26, 0.1603, 0.1595, 0.94},
       "",
       {kN, kD}},
      // Clark et al. 2022, arXiv 2202.01169, S-BASE.
      {"routed", {-0.082, -0.108, 0.009, 1.104, 1.847, 314.478}, "", {kN, kE}, {}, 10.0},
      // Tian et al. 2025, arXiv 2507.17702. A leverage, which falls the more is active.
      {"efficiency-leverage",
       {1.23, -7.61e-2, 1.67e-2, -1.17e-1, 1.63e-2, 5.28e16},
       "",
       {kA},
       {},
       10.0,
       {"A_max"}},  // A_hat differs from A + A_start by A^2 / A_max, less than a rounding
      // Kaplan et al. 2020, arXiv 2001.08361, Eq. 1.5.
      {"kaplan", {6.4e13, 0.076, 1.8e13, 0.103}, "", {kN, kD}, {}, 10.0},
      // Made up: no coefficients of this form are known to be published.
      {"over-training", {1.7, 220.0, 240.0, 0.15}, "E", {kN, kD}},
  };
  return rows;
}

template <Law L>
const LawRow& row_of(const L& law) {
  for (const LawRow& row : law_rows()) {
    if (row.law == name_of(law)) return row;
  }
  FAIL("the law " << name_of(law) << " has no row in " << __FILE__);
  return law_rows().front();
}

template <Law L>
using Theta = std::array<double, kNumCoefficients<L>>;
template <Law L>
using LogX = std::array<double, kNumVariablesOf<L>>;

template <Law L>
Theta<L> published_theta(const L& law) {
  return to_axis(law, row_of(law).coefficients);
}

/// Variables from small experiments to the largest runs there are, as natural logarithms: every
/// combination of three sizes of each. Away from the kinks of a law: D differs from U, and N from
/// the best size for U.
template <Law L>
std::vector<LogX<L>> points(const L& law) {
  const auto sizes_of = [](Variable v) -> std::array<double, 3> {
    switch (v) {
      case Variable::kN:
        return {1e7, 3e9, 7e11};
      case Variable::kD:
        return {1e9, 5e10, 2e13};
      case Variable::kG:
        return {1.0, 8.0, 64.0};
      case Variable::kE:
        return {1.0, 8.0, 256.0};
      case Variable::kU:
        return {4e9, 3e11, 5e13};
      case Variable::kS:
        return {0.0, 0.5, 0.98};
      case Variable::kA:
        return {0.004, 0.05, 0.9};
      case Variable::kC:
        return {1e18, 1e21, 1e25};
    }
    return {};
  };
  std::vector<LogX<L>> out{LogX<L>{}};
  for (std::size_t v = 0; v < kNumVariablesOf<L>; ++v) {
    std::vector<LogX<L>> longer;
    for (const LogX<L>& point : out) {
      for (const double size : sizes_of(variables_of(law)[v])) {
        longer.push_back(point);
        longer.back()[v] = std::log(size);
      }
    }
    out = longer;
  }
  return out;
}

}  // namespace isoflop::testing
