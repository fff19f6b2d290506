// What the many starts of a fit are, which of them are given up, and what they agree on.
#include <bit>
#include <cstdint>

#include "catch.hpp"
#include "isoflop/fit/fit.hpp"
#include "planted_runs.hpp"
#include "published/public_runs.hpp"

namespace isoflop::testing::multi_start_test {
namespace {

FitOptions with_starts(std::size_t count) {
  FitOptions options;
  options.num_starts = count;
  options.profile = false;
  return options;
}

/// Objectives closer than this are one minimum, by what FitReport::starts_at_best counts.
constexpr double kSameMinimum = 1e-6;

void check_that_nothing_is_lost(std::string_view law, const RunTable& runs, FitOptions options) {
  options.profile = false;
  const FitReport report = fit(law, runs, options);
  CHECK(report.starts_abandoned >= report.num_starts / 2);
  options.finish_all_starts = true;
  const FitReport all = fit(law, runs, options);
  CHECK(all.starts_abandoned == 0);
  CHECK(all.num_starts == report.num_starts);
  // Noiseless losses leave the rounding of 60 squares, not an objective.
  CHECK(report.objective == Approx(all.objective).epsilon(kSameMinimum).margin(1e-20));
}

TEST_CASE("fit: abandoned starts cost nothing on planted runs", "[fit][recovery]") {
  for (const double noise : {0.0, 0.01}) {
    CAPTURE(noise);
    check_that_nothing_is_lost("chinchilla", planted_runs(Chinchilla{}, kHoffmann, noise),
                               with_starts(200));
    check_that_nothing_is_lost("fine-grained-moe",
                               planted_runs(FineGrainedMoe{}, kKrajewski, noise), with_starts(200));
  }
}

TEST_CASE("fit: abandoned starts cost nothing on 20 simulated grids", "[fit][recovery]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    check_that_nothing_is_lost("fine-grained-moe", simulated_runs(seed), with_starts(150));
  }
}

TEST_CASE("fit: abandoned starts cost nothing on the 240 points of Besiroglu et al.",
          "[fit][published]") {
  check_that_nothing_is_lost("chinchilla", chinchilla_points_240(), {});
}

TEST_CASE("fit: abandoned starts cost nothing on the OLMoE cells", "[fit][published]") {
  check_that_nothing_is_lost("fine-grained-moe", olmoe_cells().runs, {});
}

TEST_CASE("fit: starts are halved from 100 on, five times at most", "[fit][identity]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.01);
  const auto finished = [&](std::size_t count) {
    const FitReport report = fit(Chinchilla::kName, runs, with_starts(count));
    CHECK(report.num_starts == count);
    const std::size_t left = count - report.starts_abandoned;
    CHECK(report.starts_at_best <= left);
    return left;
  };
  CHECK(finished(99) == 99);
  CHECK(finished(100) == 50);
  CHECK(finished(101) == 51);
  CHECK(finished(199) == 50);
  CHECK(finished(1600) == 50);
  CHECK(finished(3200) == 100);
  CHECK(finished(6400) == 200);
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

TEST_CASE("fit: with abandoned starts any number of threads gives the same bits",
          "[fit][identity]") {
  const RunTable runs = simulated_runs(3);
  const auto with_threads = [&](unsigned count) {
    FitOptions options = with_starts(150);
    options.profile = true;
    options.num_threads = count;
    return fit(FineGrainedMoe::kName, runs, options);
  };
  const FitReport one = with_threads(1), three = with_threads(3);
  CHECK(one.starts_abandoned == 75);
  CHECK(three.starts_abandoned == one.starts_abandoned);
  CHECK(three.starts_at_best == one.starts_at_best);
  CHECK(three.best_start == one.best_start);
  CHECK(same_bits(three.objective, one.objective));
  REQUIRE(three.minima.size() == one.minima.size());
  for (std::size_t i = 0; i < one.minima.size(); ++i) {
    CHECK(three.minima[i].num_starts == one.minima[i].num_starts);
    CHECK(same_bits(three.minima[i].objective, one.minima[i].objective));
    for (std::size_t p = 0; p < 7; ++p) {
      CHECK(same_bits(three.minima[i].coefficients.at(p), one.minima[i].coefficients.at(p)));
    }
  }
  REQUIRE(three.profile.size() == 7);
  for (std::size_t p = 0; p < 7; ++p) {
    CHECK(same_bits(three.profile[p].low, one.profile[p].low));
    CHECK(same_bits(three.profile[p].high, one.profile[p].high));
  }
}

TEST_CASE("fit: progress counts both rounds of the starts up to the last", "[fit][identity]") {
  FitOptions options = with_starts(120);
  std::size_t num_calls = 0, last = 0, all = 0;
  options.num_threads = 3;
  options.progress = [&](std::size_t done, std::size_t of) {
    ++num_calls;
    last = std::max(last, done);
    all = of;
  };
  fit(Chinchilla::kName, planted_runs(Chinchilla{}, kHoffmann), options);
  CHECK(all == 120 + 60);
  CHECK(last == all);
  CHECK(num_calls == all);
}

/// Runs close to one line D = 20 N: within 5 % the terms of N and D can change places. So the law
/// alpha .5, beta .25 has a rival with alpha near .36 and beta near .58.
RunTable runs_with_a_rival() {
  const std::vector<double> law{1.7, 25298.0, 0.5, 300.85, 0.25};
  RunTable runs;
  for (double n = 1e8; n < 2e10; n *= 2.0) {
    for (const double off_line : {0.95, 1.0, 1.05}) {
      runs.column(Variable::kN).push_back(n);
      runs.column(Variable::kD).push_back(20.0 * n * off_line);
      runs.loss.push_back(0.0);
      runs.loss.back() = loss_of_row(Chinchilla::kName, law, runs, runs.num_runs() - 1);
    }
  }
  return runs;
}

const LocalMinimum* rival_in(const FitReport& report) {
  for (std::size_t i = 1; i < report.minima.size(); ++i) {
    const std::vector<double>& c = report.minima[i].coefficients;
    if (c.at(2) > 0.3 && c.at(2) < 0.42 && c.at(4) > 0.5 && c.at(4) < 0.7) {
      return &report.minima[i];
    }
  }
  return nullptr;
}

TEST_CASE("fit: a planted second minimum is found and listed", "[fit][recovery]") {
  const RunTable runs = runs_with_a_rival();
  const FitReport report = fit(Chinchilla::kName, runs, with_starts(400));
  REQUIRE_FALSE(report.minima.empty());
  CHECK(report.minima[0].objective == report.objective);
  CHECK(report.minima[0].coefficients == report.coefficients);
  CHECK(report.coefficients.at(2) == Approx(0.5).epsilon(1e-6));
  const LocalMinimum* rival = rival_in(report);
  REQUIRE(rival != nullptr);
  CHECK(rival->num_starts > 1);
  CHECK(rival->objective > report.objective);

  // It is a minimum: from points around it a fit comes back to it.
  FitOptions from_there = with_starts(1);
  from_there.finish_all_starts = true;
  for (const double shift : {-0.01, 0.01}) {
    auto start = rival->coefficients;
    start[2] += shift;
    start[4] -= shift;
    from_there.first_starts.push_back(start);
  }
  const FitReport near = fit(Chinchilla::kName, runs, from_there);
  const LocalMinimum* again = near.minima.size() == 1 ? &near.minima[0] : rival_in(near);
  REQUIRE(again != nullptr);
  CHECK(again->num_starts >= 2);
  CHECK(again->objective == Approx(rival->objective).epsilon(kSameMinimum));
}

TEST_CASE("fit: listed minima are distinct and in order and count the starts that finished",
          "[fit][identity]") {
  for (const RunTable& runs : {runs_with_a_rival(), planted_runs(Chinchilla{}, kHoffmann),
                               planted_runs(Chinchilla{}, kHoffmann, 0.01)}) {
    const FitReport report = fit(Chinchilla::kName, runs, with_starts(400));
    std::size_t num_starts = 0;
    for (std::size_t i = 0; i < report.minima.size(); ++i) {
      num_starts += report.minima[i].num_starts;
      // Objectives within 1e-16 of zero are all zero: there is one such minimum.
      if (i > 0) CHECK(report.minima[i].objective > report.minima[i - 1].objective + 1e-16);
    }
    CHECK(report.minima.at(0).num_starts == report.starts_at_best);
    CHECK(num_starts <= report.num_starts - report.starts_abandoned);
  }
}

TEST_CASE("fit: at a vanishing delta two seeds of starts agree", "[fit][recovery]") {
  const RunTable runs = shipped_simulated_runs();
  FitOptions options = with_starts(200);
  options.huber_delta = 1e-7;
  const FitReport first = fit(FineGrainedMoe::kName, runs, options);
  CHECK(first.status == FitStatus::kConverged);
  options.seed = 2;
  CHECK(fit(FineGrainedMoe::kName, runs, options).objective ==
        Approx(first.objective).epsilon(kSameMinimum));
}

TEST_CASE("fit: a vanishing delta reaches the least absolute deviations of the 240 points",
          "[fit][published]") {
  const RunTable runs = chinchilla_points_240();
  FitOptions options = with_starts(100);
  options.huber_delta = 1e-7;
  const FitReport report = fit(Chinchilla::kName, runs, options);
  double sum = 0.0;
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    sum += std::abs(
        std::log(loss_of_row(Chinchilla::kName, report.coefficients, runs, i) / runs.loss[i]));
  }
  // The reference was computed by an independent program.
  CHECK(sum == Approx(1.1294946536).epsilon(1e-6));
  CHECK(sum >= 1.1294946536 * (1.0 - 1e-10));
}

}  // namespace
}  // namespace isoflop::testing::multi_start_test
