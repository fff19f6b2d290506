// The parts of inspect_runs; private to src.
#pragma once

#include <cstddef>
#include <Eigen/Core>
#include <functional>
#include <iomanip>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "isoflop/fit/fit_law.hpp"
#include "isoflop/fit/inspect_runs.hpp"

namespace isoflop::detail {

/// A law as the inspection sees it: its free coefficients, and how ln L answers to them.
struct LawProbe {
  std::string law;
  LawFacts facts;
  bool predicts_loss = true;        ///< in nats per token; else a target of its own
  std::vector<Variable> variables;  ///< [V]
  std::vector<std::vector<std::string>> coefficients;  ///< [K] names; tied ones share an entry
  std::size_t num_points = 0;  ///< generic sets of coefficients at which it can be asked
  /// d ln L / d phi [K] at a point, for log_x [V].
  std::function<Eigen::VectorXd(std::size_t point, std::span<const double> log_x)> gradient;
};

/// Keeps a reference to the law.
LawProbe probe_of(const FitLaw& law, const FitOptions& options);

/// Coefficients that the design of these rows leaves open, the gravest first.
std::vector<Finding> inspect_design(const RunTable& runs, const std::vector<std::size_t>& rows,
                                    const LawProbe& probe);

/// Rows that look like mistakes.
std::vector<Finding> inspect_mistakes(const RunTable& runs, const std::vector<std::size_t>& rows,
                                      const LawProbe& probe);

/// Losses that are none: perplexities, accuracies, FLOPs, or two of these in one column.
void find_odd_losses(const RunTable& runs, const std::vector<std::size_t>& rows,
                     const LawProbe& probe, std::vector<Finding>& out);

/// Rows that lie on one law with the others only if they are read another way: a count in another
/// unit, N and D exchanged.
void find_other_readings(const RunTable& runs, const std::vector<std::size_t>& rows,
                         const LawProbe& probe, std::vector<Finding>& out);

/// "line 7" or "lines 7, 9", "run 6" where the table has no lines.
std::string places(const RunTable& runs, const std::vector<std::size_t>& rows);

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
