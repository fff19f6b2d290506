/// A law of one's own that is given as text. FormulaLaw is to the generic machinery what every law
/// of the library is, with one difference: what it says of itself depends on the formula in use.
/// Formulas are registered under a name of their own; visit_law puts the one of that name in use
/// for as long as it runs. Any number of threads may use the same formula at a time; a thread that
/// asks for another one waits. A FormulaLaw has room for Formula::kMaxCoefficients coefficients and
/// all variables; what a formula does not have is held fixed and costs time, not digits
/// (docs/decisions/0007-laws-as-text.md).
#pragma once

#include <array>
#include <cmath>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "isoflop/core/batch.hpp"
#include "isoflop/core/dual.hpp"
#include "isoflop/core/variable.hpp"
#include "isoflop/error.hpp"
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

namespace detail {

/// A list of varying length in a place of fixed size; elements beyond its size are as made.
template <class T, std::size_t N>
class ShortList {
 public:
  std::size_t size() const { return size_; }
  const T* begin() const { return items_.data(); }
  const T* end() const { return items_.data() + size_; }
  const T& operator[](std::size_t i) const { return items_[i]; }
  void push_back(const T& x) { items_.at(size_++) = x; }

 private:
  std::array<T, N> items_{};
  std::size_t size_ = 0;
};

/// What FormulaLaw shows while a formula is in use.
struct FormulaFace {
  OwnFormula own;
  std::string name;
  Formula padded;  ///< the same with names for the coefficients and variables it does not have
  ShortList<Variable, kNumVariables> variables;
  ShortList<CoefficientInfo, Formula::kMaxCoefficients> coefficients;
  std::array<bool, Formula::kMaxCoefficients> is_log{};

  FormulaFace(OwnFormula given, std::string known_as)
      : own(std::move(given)), name(std::move(known_as)), padded(pad(own)) {
    for (const Variable v : own.variables) variables.push_back(v);
    for (std::size_t p = 0; p < own.coefficients.size(); ++p) {
      const FormulaCoefficient& c = own.coefficients[p];
      is_log[p] = c.scale == Scale::kLog;
      auto axis = [&](double x) { return is_log[p] ? std::log(x) : x; };
      coefficients.push_back(
          {c.name, c.meaning, c.scale, c.lower, c.upper, axis(c.start_low), axis(c.start_high), 0});
    }
  }

 private:
  static Formula pad(const OwnFormula& own) {
    const std::string& expression = own.formula.expression();
    std::size_t next = 0;
    auto padded = [&](std::vector<std::string> names, std::size_t size) {
      while (names.size() < size) {
        const std::string name = "unused_" + std::to_string(next++);
        if (expression.find(name) == std::string::npos) names.push_back(name);
      }
      return names;
    };
    auto variables = padded(own.formula.variables(), kNumVariables);
    return Formula(expression, std::move(variables),
                   padded(own.formula.coefficients(), Formula::kMaxCoefficients));
  }
};

}  // namespace detail

struct FormulaLaw {
  static constexpr std::size_t kCoefficientCapacity = Formula::kMaxCoefficients;
  static constexpr std::size_t kVariableCapacity = kNumVariables;
  static inline std::string_view kName, kFormula, kSource;
  static inline detail::ShortList<Variable, kNumVariables> kVariables;
  static inline detail::ShortList<CoefficientInfo, Formula::kMaxCoefficients> kCoefficients;

  template <class C, class X>
  static auto log_loss(const C& theta, const X& log_x) {
    using std::log;
    const detail::FormulaFace& face = *in_use_;
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return log(
          face.padded(std::make_tuple(own_units(std::get<I>(theta), face.is_log[I])...), log_x));
    }
    (std::make_index_sequence<kCoefficientCapacity>{});
  }

 private:
  friend class FormulaInUse;
  static inline const detail::FormulaFace* in_use_ = nullptr;

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

static_assert(Law<FormulaLaw>);

namespace detail {

struct FormulaRegistry {
  std::mutex mutex;
  std::condition_variable released;
  std::map<std::string, std::unique_ptr<const FormulaFace>, std::less<>> faces;
  std::size_t num_users = 0;
};
inline FormulaRegistry& formula_registry() {
  static FormulaRegistry registry;
  return registry;
}

}  // namespace detail

/// The name under which visit_law knows the formula: its own, or "formula", with a number where
/// another formula has that name already. Never forgotten.
inline std::string register_formula(const OwnFormula& own, bool (*is_taken)(std::string_view)) {
  detail::FormulaRegistry& registry = detail::formula_registry();
  const std::lock_guard lock(registry.mutex);
  const std::string stem = own.name.empty() ? "formula" : own.name;
  std::string name = stem;
  for (int i = 2;; ++i) {
    const auto place = registry.faces.find(name);
    if (place == registry.faces.end() && !is_taken(name)) break;
    if (place != registry.faces.end()) {
      const OwnFormula& known = place->second->own;
      if (known.formula.expression() == own.formula.expression() &&
          known.formula.variables() == own.formula.variables() &&
          known.variables == own.variables && known.coefficients == own.coefficients) {
        return name;
      }
    }
    name = stem + "-" + std::to_string(i);
  }
  registry.faces.emplace(name, std::make_unique<const detail::FormulaFace>(own, name));
  return name;
}

/// nullptr where no formula has this name.
inline const OwnFormula* find_formula(std::string_view name) {
  detail::FormulaRegistry& registry = detail::formula_registry();
  const std::lock_guard lock(registry.mutex);
  const auto place = registry.faces.find(name);
  return place == registry.faces.end() ? nullptr : &place->second->own;
}

/// Holds a registered formula in use while it lives.
class FormulaInUse {
 public:
  explicit FormulaInUse(std::string_view name) {
    detail::FormulaRegistry& registry = detail::formula_registry();
    std::unique_lock lock(registry.mutex);
    const detail::FormulaFace* face = registry.faces.find(name)->second.get();
    registry.released.wait(lock,
                           [&] { return registry.num_users == 0 || FormulaLaw::in_use_ == face; });
    ++registry.num_users;
    if (FormulaLaw::in_use_ == face) return;
    FormulaLaw::in_use_ = face;
    FormulaLaw::kName = face->name;
    FormulaLaw::kFormula = face->own.formula.expression();
    FormulaLaw::kSource = face->own.source;
    FormulaLaw::kVariables = face->variables;
    FormulaLaw::kCoefficients = face->coefficients;
  }
  ~FormulaInUse() {
    detail::FormulaRegistry& registry = detail::formula_registry();
    const std::lock_guard lock(registry.mutex);
    if (--registry.num_users == 0) registry.released.notify_all();
  }
  FormulaInUse(const FormulaInUse&) = delete;
  FormulaInUse& operator=(const FormulaInUse&) = delete;
};

}  // namespace isoflop
