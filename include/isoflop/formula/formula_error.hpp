/// What is wrong with a formula, and where.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "isoflop/error.hpp"

namespace isoflop {

/// what() is three lines: the explanation, the expression, and a caret under the fault:
///   an operand is missing
///     E + A*N^
///             ^
/// Control characters of the expression (tabs, line ends) are shown as spaces, bytes that are not
/// UTF-8 as '?'; of a long expression only the part around the fault is shown.
class FormulaError : public InvalidArgument {
 public:
  /// position: in bytes from the start of the expression; its size stands for the end.
  FormulaError(const std::string& explanation, std::string_view expression, std::size_t position);

  const std::string& explanation() const { return explanation_; }
  std::size_t position() const { return position_; }

 private:
  std::string explanation_;
  std::size_t position_;
};

}  // namespace isoflop
