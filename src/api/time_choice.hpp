// The cost table whose times budgets are counted in, settled.
#pragma once

#include <optional>

#include "api/fields.hpp"
#include "isoflop/api/time_choice.hpp"
#include "isoflop/plan/table_time.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, TimeChoice& choice);
/// All but the micro-batch, for a verb that takes several.
void list_but_micro_batch(FieldVisitor& f, TimeChoice& choice);

/// Puts the time of the cost table into the problem and says what it is; nothing where there is no
/// table. Throws InvalidArgument where the choice contradicts itself or the problem, DataError for
/// the file.
std::optional<TableTime> use_time(PlanProblem& problem, const TimeChoice& choice);

}  // namespace isoflop::api
