#include "isoflop/laws/formula_law.hpp"

#include <algorithm>

#include "isoflop/error.hpp"
#include "isoflop/laws/any_law.hpp"

namespace isoflop {
namespace {

/// The formula with names for the coefficients and variables up to those that its law has room for,
/// none of which occurs in it.
Formula pad(const OwnFormula& own, std::size_t num_coefficients, std::size_t num_variables) {
  const std::string& expression = own.formula.expression();
  std::size_t next = 0;
  auto padded = [&](std::vector<std::string> names, std::size_t size) {
    while (names.size() < size) {
      const std::string name = "unused_" + std::to_string(next++);
      if (expression.find(name) == std::string::npos) names.push_back(name);
    }
    return names;
  };
  auto variables = padded(own.formula.variables(), num_variables);
  return Formula(expression, std::move(variables),
                 padded(own.formula.coefficients(), num_coefficients), own.formula.is_plain());
}

bool is_same(const OwnFormula& a, const OwnFormula& b) {
  return a.formula.expression() == b.formula.expression() &&
         a.formula.variables() == b.formula.variables() && a.variables == b.variables &&
         a.coefficients == b.coefficients && a.own_variables == b.own_variables &&
         a.target == b.target;
}

/// "learning rate, 1/s"; a unit of 1 is none.
std::string with_unit(const std::string& meaning, const std::string& unit) {
  if (unit.empty() || unit == "1") return meaning;
  return meaning.empty() ? unit : meaning + ", " + unit;
}

double lower_of(const OwnVariable& v) {
  return v.values == OwnValues::kAny ? v.lower : std::max(v.lower, 0.0);
}

}  // namespace

FormulaLaw::FormulaLaw(OwnFormula own, std::string shown_as) {
  if (shown_as.empty()) shown_as = own.name.empty() ? "formula" : own.name;
  const bool is_small = own.coefficients.size() <= SmallFormulaLaw::kCoefficientCapacity &&
                        own.variables.size() <= SmallFormulaLaw::kVariableCapacity;
  Formula padded =
      is_small
          ? pad(own, SmallFormulaLaw::kCoefficientCapacity, SmallFormulaLaw::kVariableCapacity)
          : pad(own, LargeFormulaLaw::kCoefficientCapacity, LargeFormulaLaw::kVariableCapacity);
  const auto parts = std::make_shared<Parts>(
      Parts{std::move(own), std::move(shown_as), std::move(padded), {}, {}, {}, kLossTarget, {}});
  parts_ = parts;
  parts->is_log.resize(parts->padded.coefficients().size(), false);
  for (std::size_t p = 0; p < parts->own.coefficients.size(); ++p) {
    const FormulaCoefficient& c = parts->own.coefficients[p];
    parts->is_log[p] = c.scale == Scale::kLog;
    auto axis = [&](double x) { return c.scale == Scale::kLog ? std::log(x) : x; };
    parts->coefficients.push_back(
        {c.name, c.meaning, c.scale, c.lower, c.upper, axis(c.start_low), axis(c.start_high), 0});
  }
  for (const OwnVariable& v : parts->own.own_variables) {
    parts->meanings.push_back(with_unit(v.meaning, v.unit));
  }
  std::size_t next = 0;
  for (const Variable id : parts->own.variables) {
    if (!is_own(id)) continue;
    const OwnVariable& v = parts->own.own_variables.at(next);
    parts->own_variables.push_back(
        {id, v.name, v.name, parts->meanings[next], lower_of(v), v.upper, v.column});
    ++next;
  }
  if (const auto& target = parts->own.target) {
    parts->target = {target->column, target->column, target->meaning, target->unit, true};
  }
}

OwnFormula placed_beside(OwnFormula own, std::span<const FormulaLaw* const> beside) {
  struct Place {
    Variable id;
    const OwnVariable* holds;
  };
  std::vector<Place> taken;
  const auto take = [&](const OwnFormula& formula) {
    std::size_t next = 0;
    for (const Variable id : formula.variables) {
      if (is_own(id)) taken.push_back({id, &formula.own_variables.at(next++)});
    }
  };
  for (const FormulaLaw* other : beside) take(other->own());
  std::size_t next = 0;
  for (Variable& id : own.variables) {
    if (!is_own(id)) continue;
    const OwnVariable& v = own.own_variables.at(next++);
    const auto same = std::find_if(taken.begin(), taken.end(),
                                   [&](const Place& place) { return *place.holds == v; });
    if (same != taken.end()) {
      id = same->id;
      continue;
    }
    const bool plain = v.values != OwnValues::kPositive;
    const std::size_t room = plain ? kNumOwnPlain : kNumOwnLogged;
    std::size_t place = 0;
    const auto is_taken = [&](const Place& other) {
      return other.id == own_variable(plain, place);
    };
    while (place < room && std::any_of(taken.begin(), taken.end(), is_taken)) ++place;
    if (place == room) {
      throw InvalidArgument("there is room for " + std::to_string(room) + " own variables " +
                            (plain ? "that may be zero or negative" : "that are positive"));
    }
    id = own_variable(plain, place);
    taken.push_back({id, &v});
  }
  return own;
}

AnyLaw::AnyLaw(const FormulaLaw& law)
    : name_(law.name()), formula_(std::make_shared<const FormulaLaw>(law)) {}

bool operator==(const AnyLaw& a, const AnyLaw& b) {
  if (a.name_ != b.name_ || (a.formula_ == nullptr) != (b.formula_ == nullptr)) return false;
  return a.formula_ == b.formula_ || is_same(a.formula_->own(), b.formula_->own());
}

}  // namespace isoflop
