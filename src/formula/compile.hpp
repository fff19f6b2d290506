// From a graph to the steps that evaluate it.
#pragma once

#include "expression.hpp"
#include "isoflop/formula/program.hpp"

namespace isoflop::detail {

// Throws InvalidArgument where the steps need more room than an evaluation has.
Program compile(const Expression& graph, int root);

}  // namespace isoflop::detail
