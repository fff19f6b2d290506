/// What a table was taken for, where it does not say so itself.
#pragma once

#include <string>

#include "isoflop/io/records.hpp"

namespace isoflop::text {

/// A block of lines for the top of a report, each with its line end; "" where everything was read
/// as it stands.
std::string read_as(const RecordLog& log);

}  // namespace isoflop::text
