// From text to a graph; the grammar stands in isoflop/formula/formula.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "expression.hpp"

namespace isoflop::detail {

// The names that a formula may use, and whether it does.
struct Names {
  const std::vector<std::string>& variables;
  const std::vector<std::string>& coefficients;
  const std::vector<bool>& is_plain;  // [variables]
  std::vector<bool> uses_variable;
  std::vector<bool> uses_coefficient;
};

bool is_name(std::string_view text);

// The node of the whole text. Throws FormulaError.
int parse(std::string_view text, Expression& graph, Names& names);

}  // namespace isoflop::detail
