#include "isoflop/laws/formula_law.hpp"

#include "isoflop/laws/any_law.hpp"

namespace isoflop {
namespace {

/// The formula with names for the coefficients and variables up to those that a FormulaLaw has room
/// for, none of which occurs in it.
Formula pad(const OwnFormula& own) {
  const std::string& expression = own.formula.expression();
  std::size_t next = 0;
  auto padded = [&](std::vector<std::string> names, std::size_t size) {
    while (names.size() < size) {
      const std::string name = "unused_" + std::to_string(next++);
      if (expression.find(name) == std::string::npos) names.push_back(name);
    }
    return names;
  };
  auto variables = padded(own.formula.variables(), FormulaLaw::kVariableCapacity);
  return Formula(expression, std::move(variables),
                 padded(own.formula.coefficients(), FormulaLaw::kCoefficientCapacity));
}

bool is_same(const OwnFormula& a, const OwnFormula& b) {
  return a.formula.expression() == b.formula.expression() &&
         a.formula.variables() == b.formula.variables() && a.variables == b.variables &&
         a.coefficients == b.coefficients;
}

}  // namespace

FormulaLaw::FormulaLaw(OwnFormula own, std::string shown_as) {
  if (shown_as.empty()) shown_as = own.name.empty() ? "formula" : own.name;
  Formula padded = pad(own);
  const auto parts = std::make_shared<Parts>(
      Parts{std::move(own), std::move(shown_as), std::move(padded), {}, {}});
  for (std::size_t p = 0; p < parts->own.coefficients.size(); ++p) {
    const FormulaCoefficient& c = parts->own.coefficients[p];
    parts->is_log[p] = c.scale == Scale::kLog;
    auto axis = [&](double x) { return c.scale == Scale::kLog ? std::log(x) : x; };
    parts->coefficients.push_back(
        {c.name, c.meaning, c.scale, c.lower, c.upper, axis(c.start_low), axis(c.start_high), 0});
  }
  parts_ = parts;
}

AnyLaw::AnyLaw(const FormulaLaw& law)
    : name_(law.name()), formula_(std::make_shared<const FormulaLaw>(law)) {}

bool operator==(const AnyLaw& a, const AnyLaw& b) {
  if (a.name_ != b.name_ || (a.formula_ == nullptr) != (b.formula_ == nullptr)) return false;
  return a.formula_ == b.formula_ || is_same(a.formula_->own(), b.formula_->own());
}

}  // namespace isoflop
