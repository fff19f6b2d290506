// Runs that a column of their table marks.
#pragma once

#include <string>
#include <vector>

#include "isoflop/core/run_table.hpp"

namespace isoflop::api {

/// Which runs the column, whose fields these are, marks: "", 0, false and no do not; other numbers,
/// true and yes do. Throws DataError for anything else.
std::vector<bool> marked_runs(const std::string& column, const std::vector<std::string>& fields,
                              const RunTable& runs);

}  // namespace isoflop::api
