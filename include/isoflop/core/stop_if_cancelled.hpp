/// How long work ends early.
#pragma once

#include <functional>

#include "isoflop/error.hpp"

namespace isoflop {

/// Throws Cancelled where `cancelled` says so; work that nobody can cancel has none.
inline void stop_if_cancelled(const std::function<bool()>& cancelled) {
  if (cancelled && cancelled()) throw Cancelled();
}

}  // namespace isoflop
