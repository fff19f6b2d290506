// Profile likelihood intervals, and what is called weak.
#include <cmath>
#include <limits>

#include "catch.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/laws/list.hpp"
#include "planted_runs.hpp"
#include "published/public_runs.hpp"
#include "within.hpp"

namespace isoflop::testing::profile_test {
namespace {

// Quantiles of Student's t, 97.5 %, with 15 and 19 degrees of freedom (any table of them).
constexpr double kT15 = 2.131449545559323, kT19 = 2.093024054408263;

FitOptions squares() {
  FitOptions options;
  options.huber_delta = std::numeric_limits<double>::infinity();
  options.residual = Residual::kRaw;
  options.num_starts = 60;
  return options;
}

/// All of chinchilla but E, in which the loss is linear.
FitOptions squares_in_e() {
  FitOptions options = squares();
  options.fixed = {
      {"A", kHoffmann[1]}, {"alpha", kHoffmann[2]}, {"B", kHoffmann[3]}, {"beta", kHoffmann[4]}};
  return options;
}

double sum_of_squares(const RunTable& runs, const std::vector<double>& coefficients) {
  double sum = 0.0;
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    sum += std::pow(loss_of_row(Chinchilla::kName, coefficients, runs, i) - runs.loss[i], 2);
  }
  return sum;
}

const ProfileInterval& interval_of(const FitReport& report, const std::string& coefficient) {
  for (const ProfileInterval& p : report.profile) {
    if (p.coefficient == coefficient) return p;
  }
  throw std::runtime_error("no interval of " + coefficient);
}

TEST_CASE("profile: in a coefficient that squares are linear in it is that of Student's t",
          "[fit][identity]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.01);
  const FitReport report = fit(Chinchilla::kName, runs, squares_in_e());
  REQUIRE(report.profile.size() == 1);
  const ProfileInterval& e = report.profile[0];
  CHECK(e.coefficient == "E");
  const double n = static_cast<double>(runs.num_runs());
  const double standard_error = std::sqrt(sum_of_squares(runs, report.coefficients) / (n - 1) / n);
  // The ends are sought until the rise is met within 1e-3, half of that in terms of E.
  const double half = kT19 * standard_error;
  CHECK(e.low == within(report.coefficients[0] - half, 1e-3 * half));
  CHECK(e.high == within(report.coefficients[0] + half, 1e-3 * half));
  CHECK_FALSE(e.low_at_bound);
  CHECK_FALSE(e.high_at_bound);
  CHECK_FALSE(e.weak);
}

TEST_CASE("profile: weights that are all alike do not change it", "[fit][identity]") {
  RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.01);
  const FitReport plain = fit(Chinchilla::kName, runs, squares_in_e());
  runs.weight.assign(runs.num_runs(), 3.0);
  const FitReport weighted = fit(Chinchilla::kName, runs, squares_in_e());
  // Both ends are sought until the rise is met within 1e-3.
  const double width = plain.profile.at(0).high - plain.profile.at(0).low;
  CHECK(weighted.profile.at(0).low == within(plain.profile.at(0).low, 1e-3 * width));
  CHECK(weighted.profile.at(0).high == within(plain.profile.at(0).high, 1e-3 * width));
}

TEST_CASE(
    "profile: at each end a refit with the coefficient held there rises by what chance allows",
    "[fit][identity]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.003);
  const FitReport report = fit(Chinchilla::kName, runs, squares());
  REQUIRE(report.status == FitStatus::kConverged);
  REQUIRE(report.profile.size() == 5);
  const double n = static_cast<double>(runs.num_runs());
  const double expected = 0.5 * kT15 * kT15 * sum_of_squares(runs, report.coefficients) / (n - 5.0);
  for (const ProfileInterval& p : report.profile) {
    CAPTURE(p.coefficient, p.low, p.high);
    REQUIRE_FALSE(p.low_at_bound);
    REQUIRE_FALSE(p.high_at_bound);
    for (const double end : {p.low, p.high}) {
      FitOptions held = squares();
      held.profile = false;
      held.fixed[p.coefficient] = end;
      const FitReport refit = fit(Chinchilla::kName, runs, held);
      // Met within 1e-3; the difference of two objectives loses digits of its own.
      CHECK(refit.objective - report.objective == Approx(expected).epsilon(0.01));
    }
  }
}

TEST_CASE("profile: fixed coefficients have none and tied ones share theirs", "[fit][identity]") {
  FitOptions options;
  options.num_starts = 60;
  options.fixed["E"] = 1.69;
  options.tied.emplace_back("alpha", "beta");
  const FitReport report =
      fit(Chinchilla::kName, planted_runs(Chinchilla{}, kHoffmann, 0.01), options);
  REQUIRE(report.profile.size() == 4);
  CHECK(interval_of(report, "alpha").low == interval_of(report, "beta").low);
  CHECK(interval_of(report, "alpha").high == interval_of(report, "beta").high);
  options.profile = false;
  CHECK(
      fit(Chinchilla::kName, planted_runs(Chinchilla{}, kHoffmann, 0.01), options).profile.empty());
}

TEST_CASE("profile: an interval that ends at a bound says so and is weak", "[fit][refusal]") {
  // On the simulated grid nothing keeps c from its floor.
  const FitReport report = fit(FineGrainedMoe::kName, shipped_simulated_runs());
  const ProfileInterval& c = interval_of(report, "c");
  CHECK(c.low_at_bound);
  CHECK(c.low == Approx(kIrreducibleLossFloor).epsilon(1e-12));
  CHECK_FALSE(c.high_at_bound);
  CHECK(c.weak);
}

TEST_CASE("profile: weak is an interval at a bound or one that says little", "[fit][identity]") {
  const FitReport report = fit(FineGrainedMoe::kName, shipped_simulated_runs());
  std::size_t num_weak = 0;
  for (std::size_t p = 0; p < report.profile.size(); ++p) {
    const ProfileInterval& i = report.profile[p];
    CAPTURE(i.coefficient);
    CHECK(i.weak ==
          (i.low_at_bound || i.high_at_bound ||
           is_weak(FineGrainedMoe::kCoefficients[p], report.coefficients.at(p), {i.low, i.high})));
    num_weak += i.weak;
  }
  CHECK(num_weak > 0);
  CHECK(num_weak < report.profile.size());
}

TEST_CASE("profile: without noise an interval is a point", "[fit][recovery]") {
  FitOptions options;
  options.num_starts = 60;
  const FitReport report = fit(Chinchilla::kName, planted_runs(Chinchilla{}, kHoffmann), options);
  REQUIRE(report.profile.size() == 5);
  for (std::size_t p = 0; p < 5; ++p) {
    CAPTURE(report.profile[p].coefficient);
    // Residuals at rounding, 1e-15, through a Hessian of condition 1e7 whose root tells the width.
    CHECK(report.profile[p].low == Approx(kHoffmann[p]).epsilon(1e-6));
    CHECK(report.profile[p].high == Approx(kHoffmann[p]).epsilon(1e-6));
    CHECK_FALSE(report.profile[p].weak);
  }
}

TEST_CASE("profile: on the OLMoE cells g and gamma are weak and c spans half a nat",
          "[fit][published]") {
  const FitReport report = fit(FineGrainedMoe::kName, olmoe_cells().runs);
  CHECK(interval_of(report, "g").weak);
  CHECK(interval_of(report, "gamma").weak);
  const ProfileInterval& c = interval_of(report, "c");
  CHECK(c.high - c.low >= 0.5);
}

TEST_CASE("profile: on nine runs of much noise it holds the truth as often as it says",
          "[fit][recovery]") {
  constexpr int kSets = 60;
  std::vector<int> inside(kHoffmann.size(), 0);
  for (int set = 0; set < kSets; ++set) {
    RunTable runs;
    Random random(static_cast<std::uint64_t>(set) + 1);
    for (const double n : {1e7, 1e8, 1e9}) {
      for (const double d : {2e8, 2e9, 2e10}) {
        runs.column(Variable::kN).push_back(n);
        runs.column(Variable::kD).push_back(d);
        runs.loss.push_back(0.0);
        runs.loss.back() = loss_of_row(Chinchilla::kName, kHoffmann, runs, runs.num_runs() - 1) *
                           std::exp(0.04 * random.normal());
      }
    }
    FitOptions options;
    options.num_starts = 60;
    const FitReport report = fit(Chinchilla::kName, runs, options);
    for (std::size_t p = 0; p < inside.size(); ++p) {
      const ProfileInterval& i = report.profile.at(p);
      inside[p] += i.low <= kHoffmann[p] && kHoffmann[p] <= i.high;
    }
  }
  // A right interval of 95 % holds it in 52 sets or more with a probability of 99.5 %.
  for (const int count : inside) CHECK(count >= 52);
}

}  // namespace
}  // namespace isoflop::testing::profile_test
