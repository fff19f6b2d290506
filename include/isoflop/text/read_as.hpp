/// What a table was taken for, where it does not say so itself.
#pragma once

#include <cstddef>
#include <string>

#include "isoflop/io/records.hpp"

namespace isoflop::text {

/// A block of lines for the top of a report, each with its line end; "" where everything was read
/// as it stands. The label takes `width` columns.
std::string read_as(const RecordLog& log, std::size_t width = 14);

}  // namespace isoflop::text
