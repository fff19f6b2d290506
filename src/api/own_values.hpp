// Values of the variables that a law declares itself, by name: the field "set" of every request
// that asks such a law.
#pragma once

#include <array>

#include "api/fields.hpp"
#include "isoflop/core/variable.hpp"
#include "isoflop/laws/law_facts.hpp"

namespace isoflop::api {

/// Puts them into `values`, by Variable. Throws InvalidArgument (set) for a name that no variable
/// of the law's own has, and a value that the variable does not take.
void set_own(const LawFacts& law, const NamedNumbers& set,
             std::array<double, kNumVariables>& values);

}  // namespace isoflop::api
