// The parts of inspect_runs; private to src.
#pragma once

#include <cstddef>
#include <iomanip>
#include <sstream>
#include <string>
#include <vector>

#include "isoflop/fit/inspect_runs_impl.hpp"

namespace isoflop::detail {

/// Coefficients that the design of these rows leaves open, the gravest first.
std::vector<Finding> inspect_design(const RunTable& runs, const std::vector<std::size_t>& rows,
                                    const LawProbe& probe);

/// Rows that look like mistakes.
std::vector<Finding> inspect_mistakes(const RunTable& runs, const std::vector<std::size_t>& rows,
                                      const LawProbe& probe);

/// Orders runs by all columns that the table has; < 0, 0 or > 0.
inline int compare_cells(const RunTable& runs, std::size_t a, std::size_t b) {
  for (const auto& column : runs.columns) {
    if (!column.empty() && column[a] != column[b]) return column[a] < column[b] ? -1 : 1;
  }
  return 0;
}

/// Sorts rows by cell, then by loss, then by row.
void sort_by_cell(const RunTable& runs, std::vector<std::size_t>& rows);

inline std::string short_text(double x) {
  std::ostringstream out;
  out << std::setprecision(3) << x;
  return out.str();
}

inline std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace isoflop::detail
