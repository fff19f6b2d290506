/// What stands for the training compute of a run where runs are ranked by it, or one is set against
/// the largest of others: 6 N D, else C where the table gives it, else what there is of N and D
/// alone (with the other one alike in all runs, compute grows as the one does). N counts
/// whatever it counts in the table: the measure compares runs of one table, and is no cost.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "isoflop/core/run_table.hpp"
#include "isoflop/core/variable.hpp"

namespace isoflop {

enum class ComputeMeasure { kNone, kC, kSixNd, kN, kD };

struct ComputeMeasureInfo {
  ComputeMeasure id;
  std::string_view name;  ///< in files
};
inline constexpr std::array<ComputeMeasureInfo, 5> kComputeMeasures{{
    {ComputeMeasure::kNone, "none"},
    {ComputeMeasure::kC, "c"},
    {ComputeMeasure::kSixNd, "6nd"},
    {ComputeMeasure::kN, "n"},
    {ComputeMeasure::kD, "d"},
}};
constexpr std::string_view to_string(ComputeMeasure measure) {
  return kComputeMeasures[static_cast<std::size_t>(measure)].name;
}

/// The measure of runs that have these variables; kNone without N, D and C.
inline ComputeMeasure compute_measure(std::span<const Variable> variables) {
  const auto has = [&](Variable v) {
    return std::find(variables.begin(), variables.end(), v) != variables.end();
  };
  if (has(Variable::kN) && has(Variable::kD)) return ComputeMeasure::kSixNd;
  if (has(Variable::kC)) return ComputeMeasure::kC;
  if (has(Variable::kN)) return ComputeMeasure::kN;
  return has(Variable::kD) ? ComputeMeasure::kD : ComputeMeasure::kNone;
}

/// Of one run, by Variable. Requires the variables of the measure; NaN for kNone.
inline double compute_of(ComputeMeasure measure, std::span<const double> values) {
  const auto at = [&](Variable v) { return values[index_of(v)]; };
  switch (measure) {
    case ComputeMeasure::kC:
      return at(Variable::kC);
    case ComputeMeasure::kSixNd:
      return 6.0 * at(Variable::kN) * at(Variable::kD);
    case ComputeMeasure::kN:
      return at(Variable::kN);
    case ComputeMeasure::kD:
      return at(Variable::kD);
    case ComputeMeasure::kNone:
      break;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

/// The measure that the columns of these runs allow.
inline ComputeMeasure compute_measure(const RunTable& runs) {
  std::vector<Variable> given;
  for (const VariableInfo& v : kVariables) {
    if (runs.num_runs() > 0 && runs.column(v.id).size() == runs.num_runs()) given.push_back(v.id);
  }
  return compute_measure(given);
}

/// Of every run [num_runs].
inline std::vector<double> compute_of(ComputeMeasure measure, const RunTable& runs) {
  std::vector<double> out(runs.num_runs());
  std::array<double, kNumVariables> values{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    for (std::size_t v = 0; v < kNumVariables; ++v) {
      if (runs.columns[v].size() == out.size()) values[v] = runs.columns[v][i];
    }
    out[i] = compute_of(measure, values);
  }
  return out;
}

}  // namespace isoflop
