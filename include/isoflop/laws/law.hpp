/// What a law is: its coefficients, its variables and one formula. Everything else in the library
/// (starts, fit, plan, report) is written against this concept and never names a law.
#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

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
  std::string_view unit = {};  ///< of the target that a formula declares; empty: none was named
  bool is_own = false;         ///< a formula declares it
};
inline constexpr Target kLossTarget{"loss", "L", "loss, nats per token"};

/// A law is an object. One that ships is empty, and says what it is in static data: `kName`,
/// `kFormula` and `kSource` for people; `kVariables` [V]; `kCoefficients` [P]. One that is known
/// only when the program runs (FormulaLaw) has functions of the same names instead: name(),
/// formula(), source(), variables(), own_variables(), coefficients(), target(); and as its lists
/// vary in length, it says the most that they can hold, `kCoefficientCapacity` and
/// `kVariableCapacity`: P and V are then these. Both have `log_loss(theta [P], log_x [V]) const` =
/// ln of the loss in nats per token, where theta holds the coefficients on the optimiser's axis and
/// log_x the natural logarithms of the variables (law_input() of each: plain own variables come as
/// they are). A law whose predictions may be zero or negative also has `prediction(theta, log_x)
/// const`, the same without the logarithm. Both scalar types are free: double, Batch, Dual,
/// ceres::Jet. A law that predicts something else than a loss adds `kTarget`; its log_loss is the
/// logarithm of that, and nothing plans with it. A law may add `kLogConvex = true`: within the
/// bounds of its coefficients, log_loss is convex in ln N, ln D and ln G and does not rise with ln
/// D. Every sum of terms exp(linear in log_x) is convex so. A planner then need not scan for
/// valleys. A law may offer `figures(theta, log_x) const`: what it knows of a run beside its
/// prediction. Generic code reads a law through the functions below, not by these names.
template <class L>
inline constexpr std::size_t kNumCoefficients = [] {
  if constexpr (requires { L::kCoefficientCapacity; }) {
    return L::kCoefficientCapacity;
  } else if constexpr (requires { L::kCoefficients.size(); }) {
    return L::kCoefficients.size();
  } else {
    return std::size_t{0};  // no law: clang 14 asks before it looks at a constraint
  }
}();
template <class L>
inline constexpr std::size_t kNumVariablesOf = [] {
  if constexpr (requires { L::kVariableCapacity; }) {
    return L::kVariableCapacity;
  } else if constexpr (requires { L::kVariables.size(); }) {
    return L::kVariables.size();
  } else {
    return std::size_t{0};
  }
}();

namespace detail {

template <class L>
concept StaticLaw = requires {
  { L::kName } -> std::convertible_to<std::string_view>;
  { L::kFormula } -> std::convertible_to<std::string_view>;
  { L::kSource } -> std::convertible_to<std::string_view>;
  { L::kVariables[0] } -> std::convertible_to<Variable>;
  { L::kCoefficients[0] } -> std::convertible_to<CoefficientInfo>;
};

template <class L>
concept DynamicLaw = requires(const L& law) {
  { law.name() } -> std::convertible_to<std::string_view>;
  { law.formula() } -> std::convertible_to<std::string_view>;
  { law.source() } -> std::convertible_to<std::string_view>;
  { law.variables() } -> std::convertible_to<std::span<const Variable>>;
  { law.own_variables() } -> std::convertible_to<std::span<const VariableInfo>>;
  { law.target() } -> std::convertible_to<Target>;
  { law.coefficients() } -> std::convertible_to<std::span<const CoefficientInfo>>;
  L::kVariableCapacity + L::kCoefficientCapacity;
};

}  // namespace detail

template <class L>
concept Law = (detail::StaticLaw<L> || detail::DynamicLaw<L>)&&requires(
    const L& law, const std::array<double, kNumCoefficients<L>>& theta,
    const std::array<double, kNumVariablesOf<L>>& log_x) {
  { law.log_loss(theta, log_x) } -> std::same_as<double>;
};

template <Law L>
constexpr std::string_view name_of(const L& law) {
  if constexpr (detail::StaticLaw<L>) {
    return L::kName;
  } else {
    return law.name();
  }
}
template <Law L>
constexpr std::string_view formula_of(const L& law) {
  if constexpr (detail::StaticLaw<L>) {
    return L::kFormula;
  } else {
    return law.formula();
  }
}
template <Law L>
constexpr std::string_view source_of(const L& law) {
  if constexpr (detail::StaticLaw<L>) {
    return L::kSource;
  } else {
    return law.source();
  }
}
/// The variables [V] in the order of log_x.
template <Law L>
constexpr std::span<const Variable> variables_of(const L& law) {
  if constexpr (detail::StaticLaw<L>) {
    return {L::kVariables.data(), L::kVariables.size()};
  } else {
    return law.variables();
  }
}
/// Those of the variables that the law itself declares.
template <Law L>
constexpr std::span<const VariableInfo> own_variables_of(const L& law) {
  if constexpr (detail::StaticLaw<L>) {
    return {};
  } else {
    return law.own_variables();
  }
}
/// What a variable of the law is.
template <Law L>
constexpr const VariableInfo& info_of(const L& law, Variable v) {
  return detail::info_among(own_variables_of(law), v);
}
/// The coefficients [P] in the order of theta.
template <Law L>
constexpr std::span<const CoefficientInfo> coefficients_of(const L& law) {
  if constexpr (detail::StaticLaw<L>) {
    return {L::kCoefficients.data(), L::kCoefficients.size()};
  } else {
    return law.coefficients();
  }
}
template <Law L>
constexpr Target target_of([[maybe_unused]] const L& law) {
  if constexpr (detail::DynamicLaw<L>) {
    return law.target();
  } else if constexpr (requires { L::kTarget; }) {
    return L::kTarget;
  } else {
    return kLossTarget;
  }
}
template <Law L>
constexpr bool predicts_loss(const L& law) {
  return target_of(law).key == kLossTarget.key;
}
template <Law L>
constexpr bool has_variable(const L& law, Variable wanted) {
  for (const Variable v : variables_of(law)) {
    if (v == wanted) return true;
  }
  return false;
}

/// A law whose predictions may be zero or negative.
template <class L>
concept OffersPrediction = Law<L> &&
    requires(const L& law, const std::array<double, kNumCoefficients<L>>& theta,
             const std::array<double, kNumVariablesOf<L>>& log_x) {
  { law.prediction(theta, log_x) } -> std::same_as<double>;
};

/// The loss, or what else the law's target is: by its logarithm where it has one.
template <Law L>
double prediction_of(const L& law, const std::array<double, kNumCoefficients<L>>& theta,
                     const std::array<double, kNumVariablesOf<L>>& log_x) {
  const double log_loss = law.log_loss(theta, log_x);
  if constexpr (OffersPrediction<L>) {
    if (!std::isfinite(log_loss)) return law.prediction(theta, log_x);
  }
  return std::exp(log_loss);
}

/// A figure beside the prediction that only some laws have.
struct LawFigure {
  std::string_view key;  ///< in JSON
  std::string_view meaning;
  double value;
};

/// A law that knows more of a run than its prediction.
template <class L>
concept OffersFigures = Law<L> &&
    requires(const L& law, const std::array<double, kNumCoefficients<L>>& theta,
             const std::array<double, kNumVariablesOf<L>>& log_x) {
  { law.figures(theta, log_x) } -> std::same_as<std::vector<LawFigure>>;
};

/// What a law says of a run beside its prediction; nothing for most laws.
template <Law L>
std::vector<LawFigure> figures_of(const L& law,
                                  const std::array<double, kNumCoefficients<L>>& theta,
                                  const std::array<double, kNumVariablesOf<L>>& log_x) {
  if constexpr (OffersFigures<L>) {
    return law.figures(theta, log_x);
  } else {
    return {};
  }
}

}  // namespace isoflop
