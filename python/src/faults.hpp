// The library's exceptions as those of isoflop.errors.
#pragma once

namespace isoflop::python {

/// To be called once, when the module is made.
void translate_faults();

}  // namespace isoflop::python
