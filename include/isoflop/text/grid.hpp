// Columns of text, aligned for a person.
#pragma once

#include <string>
#include <vector>

namespace isoflop::app {

class TextGrid {
 public:
  /// Texts are set flush left where `left` holds the column's index, right elsewhere.
  explicit TextGrid(std::vector<std::size_t> left = {}) : left_(std::move(left)) {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  /// Every row behind `indent` and ended by a line end; two blanks between columns.
  std::string text(const std::string& indent = "") const;

 private:
  std::vector<std::size_t> left_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace isoflop::app
