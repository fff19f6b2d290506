// What a team sets once, in a file of its own.
#pragma once

#include "apps/words/form.hpp"

namespace isoflop::app {

/// --config, for a verb that fits or plans.
void team_options(Form& form);

}  // namespace isoflop::app
