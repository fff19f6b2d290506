/// What a law says of itself, as plain data: for code that is not compiled per law.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/laws/any_law.hpp"
#include "isoflop/laws/law.hpp"

namespace isoflop {

/// Views into the law: of a formula they live as long as the FormulaLaw, or AnyLaw, that they were
/// asked of, or a copy of it.
struct LawFacts {
  std::string_view name, formula, source;
  Target target;
  std::span<const Variable> variables;            ///< [V]
  std::span<const CoefficientInfo> coefficients;  ///< [P]
  /// How many numbers theta and log_x hold: P and V, or the room that the law has for more.
  std::size_t theta_size = 0, log_x_size = 0;
  /// The bounds of the coefficients are a person's, and not those of a law that ships.
  bool bounds_are_given = false;
  std::span<const VariableInfo> own_variables = {};  ///< those of `variables` that the law declares

  bool predicts_loss() const { return target.key == kLossTarget.key; }
  /// What one of its variables is.
  const VariableInfo& info(Variable v) const { return detail::info_among(own_variables, v); }
  bool has(Variable wanted) const {
    return std::find(variables.begin(), variables.end(), wanted) != variables.end();
  }
};

template <Law L>
constexpr LawFacts facts_of(const L& law) {
  return {name_of(law),          formula_of(law),      source_of(law),      target_of(law),
          variables_of(law),     coefficients_of(law), kNumCoefficients<L>, kNumVariablesOf<L>,
          detail::DynamicLaw<L>, own_variables_of(law)};
}

/// Throws InvalidArgument, naming the laws there are, for a name that no shipped law has.
LawFacts facts_of(const AnyLaw& law);

/// What a request that lacks this own variable should say: "--set lr=X (learning rate)".
std::string needed_own(const VariableInfo& own);

/// Of the laws that ship, in the order of the list.
std::vector<std::string_view> law_names();
bool is_law_name(std::string_view name);

}  // namespace isoflop
