/// A law of one's own that is given as text: to the generic machinery what every law of the library
/// is, with one difference: it carries its formula along. Copies share it, and it never changes, so
/// that any number of threads may use any number of formulas at a time. What runs over columns is
/// compiled for two sizes of formulas, and each runs on the smaller one that holds it
/// (SmallFormulaLaw, LargeFormulaLaw); what it does not have of that is held fixed and costs time,
/// not digits (docs/decisions/0007-laws-as-text.md).
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <optional>
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

/// Which numbers an own variable may be. The formula takes the logarithm of a positive one, and the
/// others as they are.
enum class OwnValues { kPositive, kNotNegative, kAny };

/// A variable that the formula declares, any column of a table.
struct OwnVariable {
  std::string name;    ///< in the expression, on the command line and in ranges
  std::string column;  ///< default column of tables
  std::string meaning, unit;
  OwnValues values = OwnValues::kPositive;
  double lower = -kNoLimit, upper = kNoLimit;  ///< values are in [lower, upper] as well

  bool operator==(const OwnVariable&) const = default;
};

/// What the formula gives, where that is not a loss: a positive number unless runs are fitted by
/// their differences (Residual::kRaw).
struct OwnTarget {
  std::string column;  ///< default column of tables, and its name in reports
  std::string meaning, unit;

  bool operator==(const OwnTarget&) const = default;
};

/// A formula and what its names mean. Without a target it gives the loss in nats per token, a
/// positive number unless runs are fitted by their differences.
struct OwnFormula {
  std::string name, source, note;
  Formula formula;
  std::vector<Variable> variables;               ///< [V] in the order of formula.variables()
  std::vector<FormulaCoefficient> coefficients;  ///< [P] in the order of formula.coefficients()
  /// Of the variables those that are no variables of the library, in their order among them.
  std::vector<OwnVariable> own_variables = {};
  std::optional<OwnTarget> target = {};
};

class FormulaLaw {
 public:
  /// Shown under this name; if that is empty under its own, or as "formula" where it has none.
  explicit FormulaLaw(OwnFormula own, std::string shown_as = "");

  std::string_view name() const { return parts_->name; }
  std::string_view formula() const { return own().formula.expression(); }
  std::string_view source() const { return own().source; }
  std::span<const Variable> variables() const { return own().variables; }
  std::span<const VariableInfo> own_variables() const { return parts_->own_variables; }
  std::span<const CoefficientInfo> coefficients() const { return parts_->coefficients; }
  Target target() const { return parts_->target; }
  const OwnFormula& own() const { return parts_->own; }
  /// Whether it needs the room of a LargeFormulaLaw.
  bool is_large() const;

 protected:
  struct Parts {
    OwnFormula own;
    std::string name;
    Formula padded;  ///< with names for the coefficients and variables that it has only room for
    std::vector<std::string> meanings;        ///< of the own variables, with units
    std::vector<VariableInfo> own_variables;  ///< these and the next two: views of the above
    std::vector<CoefficientInfo> coefficients;
    Target target = kLossTarget;
    std::vector<bool> is_log;  ///< by coefficient of `padded`
  };
  const Parts& parts() const { return *parts_; }

 private:
  std::shared_ptr<const Parts> parts_;
};

/// A FormulaLaw as a law with room for P coefficients and V variables, which hold those it has.
template <std::size_t P, std::size_t V>
class SizedFormulaLaw : public FormulaLaw {
 public:
  static constexpr std::size_t kCoefficientCapacity = P;
  static constexpr std::size_t kVariableCapacity = V;

  explicit SizedFormulaLaw(const FormulaLaw& law) : FormulaLaw(law) {}

  /// Whether derivatives are better taken by track().
  static constexpr bool kTracks = P > 12;

  /// What track() starts from, at theta [P] on the optimiser's axis.
  template <class S>
  std::array<Formula::Seed<S>, P> seeds(const std::array<S, P>& theta) const {
    using std::exp;
    std::array<Formula::Seed<S>, P> out;
    for (std::size_t p = 0; p < P; ++p) {
      const bool is_log = parts().is_log[p];
      const S x = is_log ? S(exp(theta[p])) : theta[p];
      out[p] = {x, is_log ? x : S(1.0), is_log ? x : S(0.0), is_log};
    }
    return out;
  }

  /// use(prediction) with its derivatives along theta, as a detail::Tracked: of so many
  /// coefficients only those that the formula has take time.
  template <int Order, class S, class Use>
  void track(const std::array<Formula::Seed<S>, P>& seeds, const std::array<S, V>& log_x,
             const Use& use) const {
    parts().padded.template track<Order>(seeds, log_x, use);
  }

  template <class C, class X>
  auto log_loss(const C& theta, const X& log_x) const {
    using std::log;
    return log(prediction(theta, log_x));
  }

  template <class C, class X>
  auto prediction(const C& theta, const X& log_x) const {
    const Parts& own = parts();
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return own.padded(std::make_tuple(own_units(std::get<I>(theta), own.is_log[I])...), log_x);
    }
    (std::make_index_sequence<P>{});
  }

 private:
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
};

/// Few coefficients, on which derivatives are quick.
using SmallFormulaLaw = SizedFormulaLaw<12, 8>;
using LargeFormulaLaw = SizedFormulaLaw<Formula::kMaxCoefficients, Formula::kMaxVariables>;

inline bool FormulaLaw::is_large() const {
  return own().coefficients.size() > SmallFormulaLaw::kCoefficientCapacity ||
         own().variables.size() > SmallFormulaLaw::kVariableCapacity;
}

static_assert(Law<SmallFormulaLaw> && Law<LargeFormulaLaw>);

/// The same formula with its own variables in places that no different variable of `beside` has, so
/// that one table holds the columns of all. Throws InvalidArgument where there are not as many.
OwnFormula placed_beside(OwnFormula own, std::span<const FormulaLaw* const> beside);

}  // namespace isoflop
