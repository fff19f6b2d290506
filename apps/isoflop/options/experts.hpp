// A layer of experts by rates or by counts, as options of every verb that takes one.
#pragma once

#include "apps/words/form.hpp"

namespace isoflop::app {

void expert_options(Form& form);

}  // namespace isoflop::app
