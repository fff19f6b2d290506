#include <cmath>
#include <limits>

#include "catch.hpp"
#include "isoflop/fit/fit.hpp"
#include "planted_runs.hpp"

namespace isoflop::testing::fit_refusals_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// The text of the exception of type E that the fit throws, "" if it throws none.
template <class E>
std::string refusal_of(const RunTable& runs, const FitOptions& options = {},
                       const AnyLaw& law = "chinchilla") {
  try {
    fit(law, runs, options);
  } catch (const E& fault) {
    return fault.what();
  }
  return "";
}

RunTable good_runs() { return planted_runs(Chinchilla{}, kHoffmann); }

FitOptions few_starts() {
  FitOptions options;
  options.num_starts = 20;
  return options;
}

TEST_CASE("fit: fewer runs than coefficients are refused", "[fit][refusal]") {
  RunTable runs = rows_of(good_runs(), {0, 5, 10, 15});
  runs.source = "sweep.csv";
  CHECK(refusal_of<DataError>(runs) ==
        "sweep.csv: 4 runs cannot determine 5 coefficients; add runs, or fix some");
}

TEST_CASE("fit: a value outside the bounds of its variable is refused", "[fit][refusal]") {
  RunTable runs = planted_runs(JointMoe{}, published_coefficients(JointMoe{}));
  runs.column(Variable::kE)[2] = 0.5;
  CHECK(refusal_of<InvalidArgument>(runs, {}, JointMoe::kName) == "E of run 2 is not >= 1");
  runs = planted_runs(Sparsity{}, published_coefficients(Sparsity{}));
  runs.column(Variable::kS)[3] = 1.0;
  CHECK(refusal_of<InvalidArgument>(runs, {}, Sparsity::kName) == "S of run 3 is not < 1");
  runs.column(Variable::kS)[3] = -0.1;
  CHECK(refusal_of<InvalidArgument>(runs, {}, Sparsity::kName) ==
        "S of run 3 must be a positive finite number");
}

TEST_CASE("fit: fixed coefficients need fewer runs", "[fit][recovery]") {
  FitOptions options = few_starts();
  options.fixed["E"] = 1.69;
  const FitReport report = fit(Chinchilla::kName, rows_of(good_runs(), {0, 3, 9, 16}), options);
  CHECK(report.num_free == 4);
}

TEST_CASE("fit: no runs at all are refused", "[fit][refusal]") {
  CHECK_FALSE(refusal_of<DataError>(rows_of(good_runs(), {})).empty());
}

TEST_CASE("fit: runs that all weigh nothing are refused", "[fit][refusal]") {
  RunTable runs = good_runs();
  runs.weight.assign(runs.num_runs(), 0.0);
  CHECK(refusal_of<DataError>(runs, few_starts()) ==
        "runs: 0 runs cannot determine 5 coefficients; add runs, or fix some");
}

TEST_CASE("fit: runs of weight zero do not help to determine coefficients", "[fit][refusal]") {
  RunTable runs = good_runs();
  runs.weight.assign(runs.num_runs(), 0.0);
  for (const std::size_t i : {0u, 5u, 10u, 15u}) runs.weight[i] = 1.0;
  CHECK(refusal_of<DataError>(runs, few_starts()) ==
        "runs: 4 runs cannot determine 5 coefficients; add runs, or fix some");
}

TEST_CASE("fit: a delta that is not positive is refused", "[fit][refusal]") {
  for (const double delta : {0.0, -1e-3, kNan}) {
    FitOptions options;
    options.huber_delta = delta;
    CHECK(refusal_of<InvalidArgument>(good_runs(), options) == "the Huber delta must be positive");
  }
}

TEST_CASE("fit: no start at all is refused", "[fit][refusal]") {
  FitOptions options;
  options.num_starts = 0;
  CHECK(refusal_of<InvalidArgument>(good_runs(), options) == "a fit needs at least one start");
}

TEST_CASE("fit: an unknown coefficient in fixed or tied ones is refused", "[fit][refusal]") {
  FitOptions fixing, tying;
  fixing.fixed["c"] = 0.5;
  tying.tied.emplace_back("alpha", "gamma");
  CHECK(refusal_of<InvalidArgument>(good_runs(), fixing) ==
        "the law chinchilla has no coefficient \"c\"; it has: E A alpha B beta");
  CHECK(refusal_of<InvalidArgument>(good_runs(), tying) ==
        "the law chinchilla has no coefficient \"gamma\"; it has: E A alpha B beta");
}

TEST_CASE("fit: a scale tied to an exponent is refused", "[fit][refusal]") {
  FitOptions options;
  options.tied.emplace_back("A", "beta");
  CHECK(refusal_of<InvalidArgument>(good_runs(), options) ==
        "cannot tie A to beta: one is a scale, the other an exponent");
}

TEST_CASE("fit: a variable that the runs lack is refused", "[fit][refusal]") {
  CHECK(refusal_of<InvalidArgument>(good_runs(), {}, FineGrainedMoe::kName) ==
        "the runs have no column G, which the law fine-grained-moe needs");
}

TEST_CASE("fit: a variable or loss that is not positive and finite is refused", "[fit][refusal]") {
  for (const double bad : {0.0, -1.0, kNan, kInfinity}) {
    RunTable runs = good_runs();
    runs.column(Variable::kD)[4] = bad;
    CHECK(refusal_of<InvalidArgument>(runs) == "D of run 4 must be a positive finite number");
    runs = good_runs();
    runs.loss[6] = bad;
    CHECK(refusal_of<InvalidArgument>(runs) ==
          (bad <= 0.0
               ? "loss of run 6 is not > 0 and has no logarithm; residual raw fits it as it is"
               : "loss of run 6 must be a positive finite number"));
  }
}

TEST_CASE("fit: a weight that is negative or not finite is refused", "[fit][refusal]") {
  for (const double bad : {-1.0, kNan, kInfinity}) {
    RunTable runs = good_runs();
    runs.weight.assign(runs.num_runs(), 1.0);
    runs.weight[2] = bad;
    CHECK(refusal_of<InvalidArgument>(runs) == "weights must be finite and >= 0");
  }
}

TEST_CASE("fit: an unknown law is refused with those there are", "[fit][refusal]") {
  CHECK_THROWS_WITH(fit("kaplan2020", good_runs()),
                    Catch::Matchers::ContainsSubstring(
                        "no law is named \"kaplan2020\"; there are: chinchilla fine-grained-moe"));
}

}  // namespace
}  // namespace isoflop::testing::fit_refusals_test
