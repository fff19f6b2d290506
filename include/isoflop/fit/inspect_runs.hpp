/// What is to be said of runs before they are fitted: coefficients that they cannot determine, rows
/// that look like mistakes, and the noise that repeated runs show. Nothing here fits anything.
///
/// Whether runs determine a coefficient is asked of the formula itself: the Jacobian of ln L with
/// respect to the free coefficients, one row per distinct cell and columns scaled to length one, is
/// taken at seeded points of the law's box of starts. A direction that is lost at every point is
/// lost for any fit; the coefficients in it are named. For this, values of a variable within 1 % of
/// each other count as one value, and variables that move together within 10 % as one variable.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/core/run_table.hpp"
#include "isoflop/core/variable.hpp"
#include "isoflop/fit/options.hpp"
#include "isoflop/fit/report.hpp"
#include "isoflop/laws/any_law.hpp"

namespace isoflop {

enum class FindingSeverity {
  kUnidentified,  ///< these runs cannot determine the coefficients named, whatever the fit says
  kSuspect,       ///< probably a mistake in the table
  kNote           ///< true and worth knowing; no mistake
};

inline const char* to_string(FindingSeverity s) {
  switch (s) {
    case FindingSeverity::kUnidentified:
      return "unidentified";
    case FindingSeverity::kSuspect:
      return "suspect";
    case FindingSeverity::kNote:
      break;
  }
  return "note";
}

struct Finding {
  FindingSeverity severity = FindingSeverity::kNote;
  std::vector<std::string> coefficients;  ///< concerned, in the law's order; may be empty
  std::vector<std::size_t> runs;          ///< rows of the RunTable; empty: all of them
  std::string what;                       ///< one sentence
  std::string cure;  ///< one sentence: the runs, or the change, that would help
};

class FitLaw;

/// Findings about runs for a law under options.fixed and options.tied (nothing else of the options
/// is looked at), the gravest first; empty if there is nothing to say. Runs of weight zero do not
/// count. Throws InvalidArgument where a variable of the law has no column or a value is not
/// positive and finite, and for unknown or contradictory fixed and tied coefficients.
std::vector<Finding> inspect_runs(const AnyLaw& law, const RunTable& runs,
                                  const FitOptions& options = {});
std::vector<Finding> inspect_runs(const FitLaw& law, const RunTable& runs,
                                  const FitOptions& options = {});

/// What the findings say of the fit of these runs: coefficients that cannot be determined lower the
/// answer to the second question, a suspect table that to the third; notes become warnings. Judges
/// again (verdict.hpp).
void add_findings(const std::vector<Finding>& findings, FitReport& report);

/// What runs of one and the same cell differ by: the least error that any law can have on them.
struct SeedNoise {
  double sd_log = 0.0;                 ///< pooled standard deviation of ln loss within the cells
  std::size_t num_cells = 0;           ///< cells that hold more than one run
  std::size_t num_runs = 0;            ///< runs in them
  std::size_t degrees_of_freedom = 0;  ///< num_runs - num_cells
};

/// The noise of cells that are repeated: runs with exactly the same values of `variables` and of
/// every other column that the table has. A run that stands twice (same loss to the last bit)
/// counts once, runs of weight zero do not count. Nothing where no cell is repeated. Pass all that
/// tells runs apart: where a cell mixes runs of different kind, that is no noise.
std::optional<SeedNoise> estimate_seed_noise(const RunTable& runs,
                                             std::span<const Variable> variables);

}  // namespace isoflop
