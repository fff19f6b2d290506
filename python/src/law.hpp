// A law in memory, asked of whole columns of runs.
#pragma once

#include <nanobind/nanobind.h>

namespace isoflop::python {

/// Adds the class LawCore to the module.
void add_law(nanobind::module_& module);

}  // namespace isoflop::python
