#include <chrono>
#include <nlohmann/json.hpp>

#include "input.hpp"
#include "isoflop/api/call.hpp"
#include "targets.hpp"

namespace isoflop::fuzz {

/// Any verb by its request, as isoflop_call does it, cancelled after a fifth of a second: some
/// requests ask for hours of work.
void door(std::string_view input) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::milliseconds(200);
  api::Context context;
  context.num_threads = 1;
  context.cancelled = [&] { return Clock::now() > end; };
  refused([&] {
    const api::Called called = api::call(input, context);
    require(nlohmann::json::accept(called.json), "an outcome is JSON");
  });
}

}  // namespace isoflop::fuzz
