// What the numbers of the runs of a request count, settled.
#pragma once

#include <string>

#include "api/fields.hpp"
#include "isoflop/api/run_conventions.hpp"
#include "isoflop/laws/law_record.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, RunConventions& conventions);

/// A record of this law without coefficients, with the conventions that were said; E follows from
/// the counts where they say it. Throws InvalidArgument where they contradict each other or leave E
/// open.
LawRecord law_of_runs(const AnyLaw& law, const RunConventions& said);

}  // namespace isoflop::api
