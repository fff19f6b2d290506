// Tables of data/published that are built into the program, so that it needs no path at run time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace isoflop {

class PublishedTable {
 public:
  /// A header and rows of numbers, separated by commas without quotes.
  explicit PublishedTable(std::string_view csv);
  /// The numbers of a column. Throws InvalidArgument if there is none of this name.
  std::vector<double> column(std::string_view name) const;

 private:
  std::vector<std::vector<std::string>> rows_;  // the header first
};

/// data/published/krajewski2024_table2.csv.
PublishedTable krajewski2024_table2_rows();

}  // namespace isoflop
