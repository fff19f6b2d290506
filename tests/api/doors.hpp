/// What the tests of the doors share: tables in memory, and outcomes beside those of the program.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "isoflop/error.hpp"
#include "isoflop/io/columns.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/io/text_table.hpp"

namespace isoflop::testing {

inline const std::string kSimulatedRuns =
    ISOFLOP_SOURCE_DIR "/data/published/krajewski2024_grid_simulated.csv";

/// The columns of a table of numbers.
inline Columns columns_of_file(const std::string& path) {
  const TextTable table = read_text_table(path);
  Columns out;
  for (std::size_t c = 0; c < table.header.size(); ++c) {
    Column& column = out.emplace_back();
    column.name = table.header[c];
    for (const auto& row : table.rows) column.numbers.push_back(parse_number(row[c]).value());
  }
  return out;
}

/// The field that an InvalidArgument names; "none" where nothing is thrown.
template <class Call>
std::string refused_field(Call call) {
  try {
    call();
  } catch (const InvalidArgument& fault) {
    return fault.field();
  }
  return "none";
}

}  // namespace isoflop::testing
