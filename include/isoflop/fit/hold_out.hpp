/// Which runs a forecast is judged on: the extreme ones by compute, loss or a variable, or those
/// that a column of the table marks. The rest is what a law may be fitted to.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/core/run_table.hpp"

namespace isoflop {

enum class HoldOutBy {
  kCompute,   ///< largest 6 N D, N as the table counts it, or what stands for it (run_compute.hpp)
  kLoss,      ///< lowest loss
  kVariable,  ///< largest value of one variable
  kColumn,    ///< the runs that a column marks
};

struct HoldOutRule {
  HoldOutBy by = HoldOutBy::kCompute;
  Variable variable = Variable::kN;  ///< kVariable only
  double share = 0.2;                ///< of the runs, in (0, 1); not for kColumn
  std::string column;                ///< kColumn only
};

/// Reads "compute:20%", "loss:20%", "n:20%" (or d, g: the key of a variable), "column:NAME", or a
/// bare NAME, which means the same where no colon is in it. Throws InvalidArgument for anything
/// else, with what would be right.
HoldOutRule parse_hold_out(std::string_view text);

/// As parse_hold_out reads it: "compute:20%", "column:NAME".
std::string to_string(const HoldOutRule& rule);

struct Split {
  std::vector<std::size_t> fitted, held_out;  ///< rows of the RunTable, ascending
};

/// Runs are ranked one by one, or, where the table has groups, group by group with the most extreme
/// value of a group counting for all of it: a group is never split. Whole groups are held out from
/// the top until they hold at least `share` of the runs, and with them all groups whose value is
/// that of the last one (to 1e-9, relative). With kColumn, `marked` [num_runs] says which runs are
/// meant, and the rest of their groups goes with them.
///
/// Throws InvalidArgument where the rule needs a column that the runs do not have, or `marked` has
/// another size; DataError where no run or every run would be held out.
Split split_runs(const RunTable& runs, const HoldOutRule& rule,
                 const std::vector<bool>& marked = {});

/// 6 N D of every run in FLOPs, N as the table counts it. Throws InvalidArgument for runs without N
/// or D.
std::vector<double> six_nd_of(const RunTable& runs);

}  // namespace isoflop
