// How work of the library reports to whoever asked for it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>

#include "isoflop/api/context.hpp"
#include "isoflop/core/stop_if_cancelled.hpp"

namespace isoflop::api {

/// Reports to the context that so many `what` are done, and ends the work with Cancelled where the
/// context asks for that.
inline std::function<void(std::size_t, std::size_t)> progress_of(const Context& context,
                                                                 std::string what) {
  if (!context.progress && !context.cancelled) return nullptr;
  return [&context, what = std::move(what)](std::size_t done, std::size_t all) {
    stop_if_cancelled(context.cancelled);
    if (context.progress) context.progress(what, done, all);
  };
}

}  // namespace isoflop::api
