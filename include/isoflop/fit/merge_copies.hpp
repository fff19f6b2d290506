/// A run that stands in a table several times is one observation: resampled, it would be drawn as
/// often as it stands there, and a thousand copies of six runs would look like six thousand.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "isoflop/core/run_table.hpp"

namespace isoflop {

/// Rows that hold one run; the first of them stands for all.
struct Copies {
  std::vector<std::size_t> rows;  ///< of the table that was merged, two or more, ascending
};

struct MergedRuns {
  std::vector<std::size_t> kept;  ///< [runs] the first row of each, ascending
  std::vector<Copies> copies;     ///< in the order of their first rows; empty if there are none
};

/// Finds the copies of each run; select_rows() of those kept makes the table of all runs. Copies
/// are rows that are equal in every variable and in the loss: of one group, or of groups that have
/// no other row (two runs with checkpoints may pass one point). So are rows that were jittered:
/// every variable within 1e-3 of each other (such runs are of one cell), and the losses within 1e-4
/// or, of five rows or more, with a standard deviation below 2e-4. As two trainings of one run come
/// as near by chance now and then (public records hold such pairs), rows that are not equal are
/// merged only where five or more lie together, or half of the runs or more have such a twin: noise
/// of .1 %, the least that repeats show, brings 6 % of pairs as near. Runs of weight zero are left
/// as they are. Takes a sort of the rows.
MergedRuns merge_copies(const RunTable& runs);

/// One sentence on what was merged, with lines where the table has them; empty if nothing was.
std::string describe_copies(const MergedRuns& merged, const RunTable& from);

}  // namespace isoflop
