/// Formulas and laws as a person reads them.
#pragma once

#include <string>

#include "isoflop/api/laws.hpp"

namespace isoflop::text {

/// A list of all, a formula in full, or a law in full.
std::string laws(const api::LawsOutcome& outcome);

}  // namespace isoflop::text
