#include <array>

#include "apps/studies/simulated_sweeps.hpp"
#include "catch.hpp"
#include "isoflop/error.hpp"
#include "isoflop/sweep/parabola_shift.hpp"
#include "isoflop/sweep/profiles.hpp"

namespace isoflop::testing::profiles_test {
namespace {

constexpr std::size_t kSize = index_of(SweepQuantity::kSize), kD = index_of(SweepQuantity::kD),
                      kN = index_of(SweepQuantity::kN), kLoss = index_of(SweepQuantity::kLoss);

ProfilesReport read(const SweepDesign& design) {
  const SimulatedSweep sweep = simulate(design);
  return profiles_of(sweep.runs, sweep.budgets);
}

ApproachComparison compare(const SweepDesign& design, const ProfilesReport& report) {
  const auto coefficients = design.coefficients();
  return compare_approaches(report, coefficients, {}, 1);
}

TEST_CASE("profiles: the shift of a centred grid is that of four widths and three laws",
          "[sweep][published]") {
  // Derived for this project and checked by numeric integration: 16 points, ratio e^w.
  struct Row {
    double alpha, beta;
    std::array<double, 4> delta;
  };
  const Row rows[] = {{.34, .28, {.00325, .01300, .02923, .05195}},
                      {.3473, .3672, {-.00108, -.00431, -.00970, -.01725}},
                      {.5, .2, {.01622, .06456, .14401, .25295}}};
  const double reaches[] = {2.0, 4.0, 8.0, 16.0};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < 4; ++i) {
      SweepDesign design;
      design.alpha = row.alpha, design.beta = row.beta, design.reach = reaches[i];
      const ProfilesReport report = read(design);
      const ApproachComparison c = compare(design, report);
      CAPTURE(row.alpha, row.beta, reaches[i]);
      for (std::size_t k = 0; k < design.budgets.size(); ++k) {
        CHECK(c.shifts[k][kSize] == Approx(row.delta[i]).margin(6e-6));
        const double error =
            report.budgets[k].answer[kSize] - std::log(design.optimal_n(design.budgets[k]));
        CHECK(error == Approx(row.delta[i]).margin(6e-6));
        // What is corrected by the law itself is the law's optimum.
        CHECK(c.corrected[k][kSize] ==
              Approx(std::log(design.optimal_n(design.budgets[k]))).margin(1e-9));
      }
    }
  }
}

SweepDesign hoffmann_by_tokens() {
  SweepDesign design;
  design.budgets = {1e17, 1e18, 1e19, 1e20, 1e21};
  design.reach = 8.0;
  design.by_tokens = true;
  return design;
}

TEST_CASE("profiles: centred grids keep the exponent and shift D by 2.88 per cent",
          "[sweep][published]") {
  const SweepDesign design = hoffmann_by_tokens();
  const ProfilesReport report = read(design);
  CHECK(report.laws[kD].exponent == Approx(.5483871).margin(5e-8));
  const double d = std::exp(report.laws[kD].log_at(std::log(1e24)));
  CHECK(100.0 * (d / design.optimal_d(1e24) - 1.0) == Approx(-2.88).margin(5e-3));
}

TEST_CASE("profiles: grids that drift lower the exponent, and the correction undoes it",
          "[sweep][published]") {
  SweepDesign design = hoffmann_by_tokens();
  design.first_centre = 3.0, design.last_centre = 1.0 / 3.0;
  const ProfilesReport report = read(design);
  CHECK(report.laws[kD].exponent == Approx(.54391).margin(5e-6));
  const double d = std::exp(report.laws[kD].log_at(std::log(1e24)));
  // Given as 6.05; here it is 6.054.
  CHECK(100.0 * (d / design.optimal_d(1e24) - 1.0) == Approx(-6.05).margin(5e-3));
  const ApproachComparison c = compare(design, report);
  CHECK(c.corrected_laws[kD].exponent == Approx(.34 / .62).margin(1e-9));
  CHECK(std::exp(c.corrected_laws[kD].log_at(std::log(1e24))) ==
        Approx(design.optimal_d(1e24)).epsilon(1e-8));
}

TEST_CASE("profiles: three public runs have their minimum where it was published",
          "[sweep][published]") {
  // marin-community/marin, issue 8003: budget 1e18, MoE, loss against tokens.
  SweepRuns runs;
  runs.size = {5.77e9, 2.33e9, 9.23e8};
  runs.d = runs.size;
  runs.loss = {3.399, 3.364, 3.456};
  const ProfilesReport report = profiles_of(runs, {{1e18, {0, 1, 2}, 0.0}});
  const SweepAnswer& at = report.budgets[0].answer;
  CHECK(std::exp(at[kSize]) == Approx(2.837e9).margin(5e5));
  CHECK(std::exp(at[kLoss]) == Approx(3.3611).margin(5e-5));
  CHECK(std::exp(at[kD]) == Approx(std::exp(at[kSize])).epsilon(1e-12));
  CHECK(std::isnan(at[kN]));
  CHECK(report.draws.empty());
  CHECK(std::isnan(report.laws[kSize].exponent));
}

TEST_CASE("profiles: a budget says what speaks against its vertex", "[sweep][format]") {
  SweepDesign design;
  design.budgets = {1e18, 1e19, 1e20};
  design.sizes = 9;
  design.first_centre = 3.0, design.last_centre = 1.0;
  Random random(1);
  SimulatedSweep sweep = simulate(design, 1e-4, &random);
  sweep.runs.loss[18 + 7] *= 1.02;  // of the last budget
  const ProfilesReport report = profiles_of(sweep.runs, sweep.budgets);
  const Profile& first = report.budgets[0].profiles[0];
  CHECK(first.off_centre);
  CHECK_FALSE(first.outside);
  CHECK_FALSE(first.bent_by);
  CHECK(first.octaves == Approx(4.0));
  const Profile& last = report.budgets[2].profiles[0];
  REQUIRE(last.bent_by);
  CHECK(*last.bent_by == 18 + 7);
  CHECK(to_string(last.status) == std::string("vertex"));

  SweepDesign beyond = design;
  beyond.budgets = {1e18, 1e19};
  beyond.first_centre = 8.0, beyond.last_centre = 1.0;
  const ProfilesReport outside = read(beyond);
  CHECK(outside.budgets[0].profiles[0].outside);
}

TEST_CASE("profiles: budgets without a vertex count nowhere", "[sweep][identity]") {
  SweepDesign design;
  SimulatedSweep sweep = simulate(design);
  const ProfilesReport all = profiles_of(sweep.runs, sweep.budgets);
  // A further budget of two runs, and one whose losses have no minimum.
  auto add = [&](double budget, std::vector<double> sizes, std::vector<double> losses) {
    Budget& b = sweep.budgets.emplace_back();
    b.flops = budget;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      b.runs.push_back(sweep.runs.num_runs());
      sweep.runs.size.push_back(sizes[i]);
      sweep.runs.n.push_back(sizes[i]);
      sweep.runs.d.push_back(budget / 6.0 / sizes[i]);
      sweep.runs.loss.push_back(losses[i]);
    }
  };
  add(1e21, {1e9, 2e9}, {2.4, 2.3});
  add(1e22, {1e9, 2e9, 4e9}, {2.0, 2.2, 2.0});
  const ProfilesReport more = profiles_of(sweep.runs, sweep.budgets);
  CHECK(more.budgets[5].profiles[0].status == ProfileStatus::kFewRuns);
  CHECK(more.budgets[6].profiles[0].status == ProfileStatus::kNotConvex);
  CHECK(more.num_answers() == 5);
  CHECK(more.laws[kSize].exponent == all.laws[kSize].exponent);
}

TEST_CASE("profiles: draws do not depend on the number of threads", "[sweep][identity]") {
  Random random(2);
  const SimulatedSweep sweep = simulate({}, 0.003, &random);
  ProfilesOptions one, two;
  one.num_threads = 1, two.num_threads = 2;
  const auto a = profiles_of(sweep.runs, sweep.budgets, one).draws,
             b = profiles_of(sweep.runs, sweep.budgets, two).draws;
  REQUIRE(a.size() == 1000);
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i][kSize].exponent == b[i][kSize].exponent);
}

TEST_CASE("profiles: with a further size the best of it comes from the minima",
          "[sweep][recovery]") {
  // The loss of a granularity: 0.01 (ln G - ln 6 - ln(C/1e18) / 8)^2 on top, so G* = 6
  // (C/1e18)^(1/8).
  SweepDesign design;
  const SimulatedSweep dense = simulate(design);
  SimulatedSweep sweep;
  for (const Budget& budget : dense.budgets) {
    Budget& b = sweep.budgets.emplace_back();
    b.flops = budget.flops;
    for (const double g : {1.0, 2.0, 4.0, 8.0, 16.0}) {
      for (const std::size_t i : budget.runs) {
        b.runs.push_back(sweep.runs.num_runs());
        const double off = std::log(g / 6.0) - std::log(budget.flops / 1e18) / 8.0;
        sweep.runs.size.push_back(dense.runs.size[i]);
        sweep.runs.n.push_back(dense.runs.n[i]);
        sweep.runs.d.push_back(dense.runs.d[i]);
        sweep.runs.loss.push_back(dense.runs.loss[i] + 0.01 * off * off);
        sweep.runs.by.push_back(g);
      }
    }
  }
  const ProfilesReport report = profiles_of(sweep.runs, sweep.budgets);
  constexpr std::size_t kBy = index_of(SweepQuantity::kBy);
  CHECK(std::exp(report.budgets[0].answer[kBy]) == Approx(6.0).epsilon(1e-6));
  CHECK(report.laws[kBy].exponent == Approx(1.0 / 8.0).epsilon(1e-6));
  CHECK(report.budgets[0].profiles.size() == 5);
  CHECK_FALSE(report.budgets[0].by_outside);
}

TEST_CASE("budgets: FLOPs that differ by little are one budget, and a chain is none",
          "[sweep][refusal]") {
  const std::vector<double> flops{1.02e18, 1e18, 3e18, 0.99e18, 3.1e18};
  const std::vector<Budget> budgets = budgets_of_flops(flops, 0.1);
  REQUIRE(budgets.size() == 2);
  CHECK(budgets[0].runs == std::vector<std::size_t>{0, 1, 3});
  CHECK(budgets[0].spread == Approx(1.02 / 0.99 - 1.0));
  CHECK(budgets[1].flops == Approx(std::sqrt(3e18 * 3.1e18)));
  std::vector<double> chain;
  for (int i = 0; i < 12; ++i) chain.push_back(1e18 * std::pow(1.08, i));
  CHECK_THROWS_AS(budgets_of_flops(chain, 0.1), InvalidArgument);
  CHECK(budgets_of_flops(chain, 0.05).size() == 12);
}

TEST_CASE("profiles: without three sizes anywhere they are refused", "[sweep][refusal]") {
  SweepRuns runs;
  runs.size = {1e8, 2e8};
  runs.loss = {3.0, 2.9};
  CHECK_THROWS_AS(profiles_of(runs, {{1e18, {0, 1}, 0.0}}), InvalidArgument);
}

}  // namespace
}  // namespace isoflop::testing::profiles_test
