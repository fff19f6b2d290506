/// The runs of a table as a law counts them, so that a law with coefficients can be asked about
/// runs that somebody else counted.
#pragma once

#include <string>
#include <vector>

#include "isoflop/convention/size.hpp"
#include "isoflop/core/run_table.hpp"
#include "isoflop/laws/law_record.hpp"

namespace isoflop {

struct ConvertedRuns {
  RunTable runs;
  std::vector<std::string> how;  ///< a clause for each column that was converted
};

/// `runs` count N as `table` says, G as d_ff / d_expert. `known.expansion` is not looked at: E is
/// that of the table, else of the law. `name` is what the law was called. Throws InvalidArgument
/// where what is known does not settle a conversion, naming the field that would.
ConvertedRuns runs_of_law(const LawRecord& law, const std::string& name, const RunTable& runs,
                          const LawRecord& table, const SizeConvention& known);

}  // namespace isoflop
