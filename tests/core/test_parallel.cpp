#include <algorithm>
#include <stdexcept>
#include <vector>

#include "catch.hpp"
#include "isoflop/core/parallel.hpp"

namespace isoflop::parallel_test {
namespace {

TEST_CASE("parallel_for: every piece of work is done once", "[core][identity]") {
  for (const unsigned num_threads : {0u, 1u, 2u, 5u}) {
    CAPTURE(num_threads);
    std::vector<int> calls(1000, 0);
    parallel_for(calls.size(), num_threads, [&](std::size_t i) { ++calls[i]; });
    CHECK(std::all_of(calls.begin(), calls.end(), [](int n) { return n == 1; }));
  }
}

TEST_CASE("parallel_for: more threads than work do no harm", "[core][identity]") {
  std::vector<int> calls(2, 0);
  parallel_for(calls.size(), 16, [&](std::size_t i) { ++calls[i]; });
  CHECK(calls == std::vector<int>{1, 1});
}

TEST_CASE("parallel_for: without work nothing is called", "[core][identity]") {
  int num_calls = 0;
  parallel_for(0, 4, [&](std::size_t) { ++num_calls; });
  CHECK(num_calls == 0);
}

TEST_CASE("parallel_for: an exception in the work reaches the caller", "[core][identity]") {
  for (const unsigned num_threads : {1u, 3u}) {
    CAPTURE(num_threads);
    const auto fail_at_7 = [](std::size_t i) {
      if (i == 7) throw std::runtime_error("seven");
    };
    CHECK_THROWS_WITH(parallel_for(100, num_threads, fail_at_7), "seven");
  }
}

}  // namespace
}  // namespace isoflop::parallel_test
