// A caller that has seen enough ends a fit wherever it is.
#include <atomic>

#include "catch.hpp"
#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/fit/fit.hpp"
#include "planted_runs.hpp"

namespace isoflop::testing::cancelled_fit_test {
namespace {

/// Says no to the first `patience` questions.
struct Caller {
  std::size_t patience;
  std::atomic<std::size_t> asked = 0;

  FitOptions options(unsigned num_threads) {
    FitOptions out;
    out.num_starts = 40;
    out.num_threads = num_threads;
    out.cancelled = [this] { return ++asked > patience; };
    return out;
  }
};

TEST_CASE("fit: a caller that asks for it ends the fit", "[fit][refusal]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.01);
  for (const unsigned num_threads : {1u, 3u}) {
    for (const std::size_t patience : {0u, 10u, 45u}) {  // before, among and after the starts
      CAPTURE(num_threads, patience);
      Caller caller{patience};
      CHECK_THROWS_AS(fit("chinchilla", runs, caller.options(num_threads)), Cancelled);
      CHECK(caller.asked <= patience + num_threads);
    }
  }
}

TEST_CASE("fit: a caller that never asks for its end has the fit of one that cannot",
          "[fit][identity]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.01);
  Caller caller{1'000'000};
  FitOptions silent = caller.options(2);
  silent.cancelled = nullptr;
  CHECK(fit("chinchilla", runs, caller.options(2)).coefficients ==
        fit("chinchilla", runs, silent).coefficients);
  CHECK(caller.asked > 40);
}

TEST_CASE("bootstrap: a caller that asks for it ends the resamples", "[fit][refusal]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.01);
  FitOptions options = Caller{0}.options(2);
  options.cancelled = nullptr;
  const FitReport report = fit("chinchilla", runs, options);
  Caller caller{5};
  CHECK_THROWS_AS(bootstrap("chinchilla", runs, caller.options(2), report, {.resamples = 100}),
                  Cancelled);
  CHECK(caller.asked <= 7);
}

TEST_CASE("fit: it says what polished it", "[fit][format]") {
  FitOptions options;
  options.num_starts = 40;
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.01);
  const FitReport report = fit("chinchilla", runs, options);
  CHECK((report.polish == Polish::kCeres) == (report.polish_iterations > 0));
  for (std::size_t p = 0; p < 5; ++p) {
    options.fixed[std::string(Chinchilla::kCoefficients[p].name)] = kHoffmann[p];
  }
  CHECK(fit("chinchilla", runs, options).polish == Polish::kNone);
}

}  // namespace
}  // namespace isoflop::testing::cancelled_fit_test
