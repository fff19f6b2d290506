#include "isoflop/formula/formula.hpp"

#include <algorithm>

#include "compile.hpp"
#include "expression.hpp"
#include "functions.hpp"
#include "parser.hpp"

namespace isoflop {
namespace {

void require_names(const std::vector<std::string>& names, const std::string& kind,
                   std::size_t most) {
  constexpr std::size_t kLongest = 40;
  if (names.size() > most) {
    throw InvalidArgument("a formula may have " + std::to_string(most) + " " + kind + "s, not " +
                          std::to_string(names.size()));
  }
  for (const std::string& name : names) {
    if (name.size() > kLongest || !detail::is_name(name)) {
      const bool shown =
          name.size() <= kLongest &&
          std::all_of(name.begin(), name.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
      throw InvalidArgument("a " + kind + " cannot be named" +
                            (shown ? " \"" + name + "\"" : " like that") +
                            ": a name is a letter followed by letters, digits and \"_\", at most " +
                            std::to_string(kLongest) + " of them");
    }
    if (detail::find_function(name) != nullptr) {
      throw InvalidArgument("a " + kind + " cannot be named \"" + name + "\", which is a function");
    }
    if (std::count(names.begin(), names.end(), name) > 1) {
      throw InvalidArgument("the " + kind + " \"" + name + "\" is named twice");
    }
  }
}

}  // namespace

Formula::Formula(std::string expression, std::vector<std::string> variables,
                 std::vector<std::string> coefficients, std::vector<bool> is_plain)
    : expression_(std::move(expression)),
      variables_(std::move(variables)),
      coefficients_(std::move(coefficients)),
      is_plain_(std::move(is_plain)) {
  is_plain_.resize(variables_.size(), false);
  require_names(variables_, "variable", kMaxVariables);
  require_names(coefficients_, "coefficient", kMaxCoefficients);
  for (const std::string& name : variables_) {
    if (std::count(coefficients_.begin(), coefficients_.end(), name) > 0) {
      throw InvalidArgument("\"" + name + "\" is both a variable and a coefficient");
    }
  }
  if (expression_.size() > kMaxLength) {
    throw FormulaError("longer than " + std::to_string(kMaxLength) + " bytes", expression_,
                       kMaxLength);
  }
  detail::Names names{variables_, coefficients_, is_plain_, std::vector<bool>(variables_.size()),
                      std::vector<bool>(coefficients_.size())};
  detail::Expression graph(kMaxOperations);
  const int root = detail::parse(expression_, graph, names);
  try {
    program_ = detail::compile(graph, root);
  } catch (const InvalidArgument& fault) {
    throw FormulaError(fault.what(), expression_, 0);
  }
  uses_variable_ = std::move(names.uses_variable);
  uses_coefficient_ = std::move(names.uses_coefficient);
}

void Formula::refuse_counts(std::size_t num_coefficients, std::size_t num_variables) const {
  throw InvalidArgument("the formula has " + std::to_string(coefficients_.size()) +
                        " coefficients and " + std::to_string(variables_.size()) +
                        " variables, and was given " + std::to_string(num_coefficients) + " and " +
                        std::to_string(num_variables));
}

}  // namespace isoflop
