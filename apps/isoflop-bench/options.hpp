// Options that several commands of isoflop-bench share.
#pragma once

#include <string>

#include "apps/words/form.hpp"

namespace isoflop::app {

/// SHAPE: --d-model and either --d-ff, --expansion, --granularity 1,2,4 [--k0] or --num-experts,
/// --expert-width, --top-k; one layer per granularity. default_tokens "": --tokens has to be given.
void layer_options(Form& form, const std::string& default_tokens);

/// Who multiplies, and what it fuses.
void backend_options(Form& form);

/// How the layers are run.
void run_options(Form& form);

}  // namespace isoflop::app
