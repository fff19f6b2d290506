// Work of the library on a thread of its own, while the interpreter stays free: the GIL is
// released, and the thread that called looks every 50 ms for Ctrl-C and for progress to report.
// (Signals cannot be asked for from the thread that works: only Python's main thread sees them.)
#pragma once

#include <nanobind/nanobind.h>

#include <functional>
#include <string>
#include <vector>

#include "isoflop/api/context.hpp"

namespace isoflop::python {

/// Returns when `job` has. `progress` is None or called as progress(what, done, all). What Python
/// raises meanwhile (KeyboardInterrupt, or a fault of `progress`) cancels the job and is thrown;
/// otherwise what the job threw. Warnings of the library are added to `warnings`.
void do_work(const nanobind::object& progress, std::vector<std::string>& warnings,
             const std::function<void(const api::Context&)>& job);

}  // namespace isoflop::python
