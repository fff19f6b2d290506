// An architecture as options: a config.json, words, or words over a config.json.
#pragma once

#include "apps/words/form.hpp"

namespace isoflop::app {

void shape_options(Form& form);

}  // namespace isoflop::app
