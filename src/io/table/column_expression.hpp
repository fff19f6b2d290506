/// A column that is computed from others: C/(6*N), ln(ppl). Private to src/io.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/formula/formula.hpp"
#include "isoflop/io/text_table.hpp"

namespace isoflop {

/// Whether `text`, which is no column of the table, can only be meant as arithmetic: it has a sign
/// of it, for "-" between columns and numbers.
bool looks_like_expression(const TextTable& table, std::string_view text);

/// An expression in the language of formulas (isoflop/formula/formula.hpp) over the columns of one
/// table. A column whose name is no name of that language stands in it as it is (config.n_params)
/// or between backquotes.
class ColumnExpression {
 public:
  /// Throws InvalidArgument (column) for a text that is no formula or names no column; `other` says
  /// whether a name that is no column has a value all the same.
  ColumnExpression(const TextTable& table, std::string text,
                   const std::function<bool(const std::string&)>& other);

  /// What its names stand for, in the order that value() takes: columns, or names of others.
  struct Name {
    std::optional<std::size_t> column;
    std::string other;
  };
  const std::vector<Name>& names() const { return names_; }
  double value(const std::vector<double>& of_names) const;

 private:
  std::vector<Name> names_;
  std::optional<Formula> formula_;
};

}  // namespace isoflop
