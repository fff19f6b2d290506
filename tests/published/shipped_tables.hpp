/// The tables of published numbers that ship with the project.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "isoflop/core/run_table.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/io/text_table.hpp"

namespace isoflop::testing {

inline std::string shipped_file(const std::string& name) {
  return std::string(ISOFLOP_SOURCE_DIR) + "/data/published/" + name;
}

inline std::vector<double> column_of(const TextTable& table, const std::string& name) {
  for (std::size_t c = 0; c < table.header.size(); ++c) {
    if (table.header[c] != name) continue;
    std::vector<double> out;
    for (const auto& row : table.rows) out.push_back(parse_number(row[c]).value());
    return out;
  }
  throw std::runtime_error(table.path + " has no column " + name);
}

/// N, D and G of the 78 runs of Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871; no losses.
inline RunTable krajewski_grid() {
  const TextTable table = read_text_table(shipped_file("krajewski2024_grid.csv"));
  RunTable runs;
  for (const Variable v : {Variable::kN, Variable::kD, Variable::kG}) {
    runs.column(v) = column_of(table, std::string(info(v).symbol));
  }
  return runs;
}

}  // namespace isoflop::testing
