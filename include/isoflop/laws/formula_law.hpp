/// A law of one's own that is given as text: to the generic machinery what every law of the library
/// is, with one difference: it carries its formula along. Copies share it, and it never changes, so
/// that any number of threads may use any number of formulas at a time. A FormulaLaw has room for
/// Formula::kMaxCoefficients coefficients and all variables; what a formula does not have is held
/// fixed and costs time, not digits (docs/decisions/0007-laws-as-text.md).
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "isoflop/core/dual.hpp"
#include "isoflop/core/variable.hpp"
#include "isoflop/formula/formula.hpp"
#include "isoflop/laws/law.hpp"

namespace isoflop {

/// A coefficient of a formula. In its own units: unlike CoefficientInfo, the starts too.
struct FormulaCoefficient {
  std::string name;
  std::string meaning;
  Scale scale = Scale::kLinear;
  double lower = 0.0, upper = 0.0;
  double start_low = 0.0, start_high = 0.0;  ///< equal where there is one start

  bool operator==(const FormulaCoefficient&) const = default;
};

/// A formula and what its names mean. It gives the loss in nats per token, a positive number.
struct OwnFormula {
  std::string name, source, note;
  Formula formula;
  std::vector<Variable> variables;               ///< [V] in the order of formula.variables()
  std::vector<FormulaCoefficient> coefficients;  ///< [P] in the order of formula.coefficients()
};

class FormulaLaw {
 public:
  static constexpr std::size_t kCoefficientCapacity = Formula::kMaxCoefficients;
  static constexpr std::size_t kVariableCapacity = kNumVariables;

  /// Shown under this name; if that is empty under its own, or as "formula" where it has none.
  explicit FormulaLaw(OwnFormula own, std::string shown_as = "");

  std::string_view name() const { return parts_->name; }
  std::string_view formula() const { return own().formula.expression(); }
  std::string_view source() const { return own().source; }
  std::span<const Variable> variables() const { return own().variables; }
  std::span<const CoefficientInfo> coefficients() const { return parts_->coefficients; }
  const OwnFormula& own() const { return parts_->own; }

  template <class C, class X>
  auto log_loss(const C& theta, const X& log_x) const {
    using std::log;
    const Parts& parts = *parts_;
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return log(
          parts.padded(std::make_tuple(own_units(std::get<I>(theta), parts.is_log[I])...), log_x));
    }
    (std::make_index_sequence<kCoefficientCapacity>{});
  }

 private:
  struct Parts {
    OwnFormula own;
    std::string name;
    Formula padded;  ///< the same with names for the coefficients and variables it does not have
    std::vector<CoefficientInfo> coefficients;  ///< its texts are those of `own`
    std::array<bool, kCoefficientCapacity> is_log{};
  };

  template <class T>
  static auto own_units(const T& theta, bool is_log) {
    using std::exp;
    if constexpr (DualNumber<T>) {
      using S = typename T::Scalar;
      const S x = is_log ? S(exp(theta.value)) : theta.value;
      return detail::chain(theta, x, is_log ? x : S(1.0), is_log ? x : S(0.0));
    } else {
      return is_log ? T(exp(theta)) : theta;
    }
  }

  std::shared_ptr<const Parts> parts_;
};

static_assert(Law<FormulaLaw>);

}  // namespace isoflop
