/// What a front lends to a call: somewhere to report progress and to send warnings, a way to stop
/// it, and how many threads it may use. Nothing behind a door of isoflop::api prints, exits, reads
/// the environment or opens a file that its request does not name.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace isoflop::api {

struct Context {
  /// Called now and then, from one thread at a time: so many of so many `what` ("starts") are done.
  std::function<void(std::string_view what, std::size_t done, std::size_t all)> progress{};
  /// Asked now and then, from any thread; true ends the call with isoflop::Cancelled.
  std::function<bool()> cancelled{};
  /// Takes a line that a person should see though the call goes on; show_fields() shows its fields.
  std::function<void(const std::string& text)> warn{};
  unsigned num_threads = 0;  ///< 0: one per core; no outcome depends on it
  /// false: plans and their pictures come without intervals, as if neither the law nor the times
  /// had draws. For an answer while somebody types, before the one to keep.
  bool intervals = true;
};

}  // namespace isoflop::api
