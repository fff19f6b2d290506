// The options that every verb which fits runs has in common.
#pragma once

#include "apps/words/form.hpp"

namespace isoflop::app {

/// FILE and which of its columns and rows count. A FILE typed behind one of the lists is taken from
/// it.
void runs_options(Form& form);
/// What the numbers of the runs count.
void run_conventions_options(Form& form);
/// The same by counts of experts.
void expert_count_options(Form& form);
/// Objective, held coefficients and starts.
void fit_options(Form& form);

}  // namespace isoflop::app
