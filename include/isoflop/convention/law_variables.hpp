/// Which variables a law has.
#pragma once

#include "isoflop/core/variable.hpp"
#include "isoflop/laws/law_record.hpp"

namespace isoflop {

/// Throw InvalidArgument where no law has the record's name.
bool law_has_variable(const LawRecord& law, Variable wanted);
bool has_granularity(const LawRecord& law);

}  // namespace isoflop
