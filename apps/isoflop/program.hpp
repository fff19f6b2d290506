// The program isoflop, for its main and for the Python package, which brings it along.
#pragma once

#include "apps/words/program.hpp"

namespace isoflop::app {

Program isoflop_program();

}  // namespace isoflop::app
