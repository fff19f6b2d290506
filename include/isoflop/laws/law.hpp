/// What a law is: its coefficients, its variables and one formula. Everything else in the library
/// (starts, fit, plan, report) is written against this concept and never names a law.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>

#include "isoflop/core/variable.hpp"

namespace isoflop {

/// How the optimiser sees a coefficient: a positive scale moves on a logarithmic axis.
enum class Scale { kLinear, kLog };

/// One coefficient of a law. Bounds are in the coefficient's own units; starts are on the
/// optimiser's axis (natural logarithms for Scale::kLog).
struct CoefficientInfo {
  std::string_view name;
  std::string_view meaning;
  Scale scale;
  double lower;      ///< smallest value a fit may return
  double upper;      ///< largest
  double start_low;  ///< starts lie in [start_low, start_high]
  double start_high;
  int start_levels;  ///< levels of the default grid of starts; 0: the law starts from a seeded
                     ///< sample instead of a grid
};

/// The irreducible loss may not fall below this, in nats per token. On noisy runs the objective can
/// keep falling, by less than the noise, as the irreducible loss runs to zero; a fit that ends here
/// says so (`at_bound`).
inline constexpr double kIrreducibleLossFloor = 1e-3;

/// What a law predicts.
struct Target {
  std::string_view key;     ///< --column key, and default column name
  std::string_view symbol;  ///< letter in formulas
  std::string_view meaning;
};
inline constexpr Target kLossTarget{"loss", "L", "loss, nats per token"};

/// A law L: `kName`, `kFormula` and `kSource` for people; `kVariables` [V]; `kCoefficients` [P];
/// and `log_loss(theta [P], log_x [V])` = ln of the loss in nats per token, where theta holds the
/// coefficients on the optimiser's axis and log_x the natural logarithms of the variables. Both
/// scalar types are free: double, Batch, Dual, ceres::Jet.
/// A law that predicts something else than a loss adds `kTarget`; its log_loss is the logarithm of
/// that, and nothing plans with it.
/// A law may add `kLogConvex = true`: within the bounds of its coefficients, log_loss is convex in
/// ln N, ln D and ln G and does not rise with ln D. Every sum of terms exp(linear in log_x) is
/// convex so. A planner then need not scan for valleys.
/// A law whose lists vary in length says the most they can hold, `kCoefficientCapacity` and
/// `kVariableCapacity`: P and V above are then these, and L::kCoefficients.size() what it has now.
template <class L>
inline constexpr std::size_t kNumCoefficients = [] {
  if constexpr (requires { L::kCoefficientCapacity; }) {
    return L::kCoefficientCapacity;
  } else {
    return L::kCoefficients.size();
  }
}();
template <class L>
inline constexpr std::size_t kNumVariablesOf = [] {
  if constexpr (requires { L::kVariableCapacity; }) {
    return L::kVariableCapacity;
  } else {
    return L::kVariables.size();
  }
}();

template <class L>
concept Law = requires(const std::array<double, kNumCoefficients<L>>& theta,
                       const std::array<double, kNumVariablesOf<L>>& log_x) {
  { L::kName } -> std::convertible_to<std::string_view>;
  { L::kFormula } -> std::convertible_to<std::string_view>;
  { L::kSource } -> std::convertible_to<std::string_view>;
  { L::kVariables[0] } -> std::convertible_to<Variable>;
  { L::kCoefficients[0] } -> std::convertible_to<CoefficientInfo>;
  { L::log_loss(theta, log_x) } -> std::same_as<double>;
};

template <Law L>
constexpr Target target_of() {
  if constexpr (requires { L::kTarget; }) {
    return L::kTarget;
  } else {
    return kLossTarget;
  }
}

}  // namespace isoflop
