#include <vector>

#include "catch.hpp"
#include "cuda/timing/timing_plan.hpp"

namespace timing_plan_test {

using namespace isoflop::bench;

TEST_CASE("soak: a steady card settles when the least time is over", "[bench][identity]") {
  Soak soak(0.5);
  int num_windows = 0;
  while (!soak.settled()) {
    soak.add(0.125, 100);
    ++num_windows;
  }
  CHECK(num_windows == 4);
}

TEST_CASE("soak: a card that slows down settles when it has stopped slowing", "[bench][identity]") {
  Soak soak(0.5);
  double window_s = 0.125;
  for (int i = 0; i < 6; ++i, window_s *= 1.02) {
    soak.add(window_s, 100);
    CHECK(!soak.settled());
  }
  soak.add(window_s, 100);  // still two percent above the window before
  CHECK(!soak.settled());
  soak.add(window_s, 100);
  CHECK(soak.settled());
}

TEST_CASE("soak: windows count repetitions and not calls", "[bench][identity]") {
  Soak soak(0.25);
  soak.add(0.125, 100);
  soak.add(0.25, 200);  // the same time for each
  CHECK(soak.settled());
}

TEST_CASE("soak: a card that never is steady settles in the end", "[bench][identity]") {
  Soak soak(0.5);
  double total_s = 0.0;
  for (int i = 0; !soak.settled(); ++i) {
    soak.add(0.125, i % 2 == 0 ? 100 : 150);
    total_s += 0.125;
  }
  CHECK(total_s == 1.5);
}

TEST_CASE("soak: none is asked for with zero seconds", "[bench][identity]") {
  CHECK(Soak(0.0).settled());
}

TEST_CASE("stop rule: steady samples are enough when there are as many as asked for",
          "[bench][identity]") {
  TimingOptions options;
  options.min_samples = 30;
  StopRule stop(options);
  std::vector<double> samples;
  bool stopped = false;
  while (!stopped) {
    samples.push_back(1e-3);
    stopped = stop(samples, 0.0);
  }
  CHECK(samples.size() == 30);
}

TEST_CASE("stop rule: scattered samples go on until time is up", "[bench][identity]") {
  TimingOptions options;
  options.min_samples = 30;
  options.max_seconds = 3.0;
  StopRule stop(options);
  std::vector<double> samples;
  double elapsed_s = 0.0;
  for (bool stopped = false; !stopped; elapsed_s += 0x1p-7) {
    samples.push_back(samples.size() % 2 == 0 ? 1e-3 : 2e-3);
    stopped = stop(samples, elapsed_s);
  }
  CHECK(elapsed_s == 3.0 + 0x1p-7);  // the step after the last sample
}

TEST_CASE("stop rule: a slow row gets the samples it needs", "[bench][identity]") {
  TimingOptions options;
  options.min_samples = 5;
  options.max_seconds = 3.0;
  StopRule stop(options);
  std::vector<double> samples;
  for (double elapsed_s = 0.0;; elapsed_s += 2.0) {
    samples.push_back(samples.size() % 2 == 0 ? 1.0 : 2.0);
    if (stop(samples, elapsed_s)) break;
  }
  CHECK(samples.size() == 5);
}

TEST_CASE("rotated sets: together they exceed eight times the cache", "[bench][identity]") {
  constexpr std::uint64_t kL2 = 50'000'000;
  for (const std::uint64_t per_set : {10'000'000u, 33'333'333u, 50'000'000u, 399'999'999u}) {
    const auto num_sets = static_cast<std::uint64_t>(num_rotated_sets(per_set, kL2));
    CHECK(num_sets * per_set >= 8 * kL2);
    CHECK((num_sets - 1) * per_set < 8 * kL2);  // and no more than it takes
  }
  CHECK(num_rotated_sets(8 * kL2, kL2) == 1);
  CHECK(num_rotated_sets(std::uint64_t{1} << 40, kL2) == 1);
  CHECK(num_rotated_sets(1000, kL2) == 64);
  CHECK(num_rotated_sets(0, kL2) == 64);
}

}  // namespace timing_plan_test
