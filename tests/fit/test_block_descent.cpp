// Where descents end: interrupted, warm, damped in blocks, and against the sides of the box.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <memory>

#include "catch.hpp"
#include "fit/block_descent.hpp"
#include "fit/starts.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/fit/fit_law.hpp"
#include "planted_runs.hpp"
#include "published/public_runs.hpp"

namespace isoflop::testing::block_descent_test {
namespace {

double slope_left(const Objective& objective, const FreeSpace& space,
                  const CoefficientVector& phi) {
  const Derivatives at = objective.first_order(space.expand(phi));
  return projected_gradient(space, phi, space.reduce(at.gradient)).cwiseAbs().maxCoeff();
}

FreeSpace whole_space(const AnyLaw& law) { return free_space(facts_of(law), {}); }

std::unique_ptr<Objective> planted_objective(double noise) {
  return fit_law("chinchilla")
      ->objective(planted_runs(Chinchilla{}, kHoffmann, noise), HuberLoss(1e-3), Residual::kLog);
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

TEST_CASE("Descent: interrupted and taken up again it ends where it does in one go",
          "[fit][identity]") {
  const std::unique_ptr<Objective> objective = planted_objective(0.01);
  const auto space = whole_space("chinchilla");
  FitOptions options;
  options.num_starts = 30;
  for (const CoefficientVector& start : free_starts(facts_of(Chinchilla{}), options, space)) {
    const auto in_one_go = minimize(*objective, space, start);
    Descent descent(*objective, space, start);
    for (const int iterations : {12, 13, 20, MinimizerOptions{}.max_iterations}) {
      descent.run(iterations);
    }
    const auto& interrupted = descent.minimum();
    CHECK(interrupted.iterations == in_one_go.iterations);
    CHECK(interrupted.settled == in_one_go.settled);
    CHECK(same_bits(interrupted.value, in_one_go.value));
    for (int i = 0; i < space.size(); ++i) CHECK(same_bits(interrupted.phi[i], in_one_go.phi[i]));
  }
}

TEST_CASE("Descent: it stops after the iterations that it was given", "[fit][identity]") {
  const std::unique_ptr<Objective> objective = planted_objective(0.01);
  const auto space = whole_space("chinchilla");
  FitOptions options;
  options.num_starts = 1;
  const auto start = free_starts(facts_of(Chinchilla{}), options, space).front();
  Descent descent(*objective, space, start);
  descent.run(5);
  CHECK(descent.minimum().iterations == 5);
  CHECK_FALSE(descent.minimum().settled);
  CHECK(descent.minimum().value < objective->value(space.expand(start)));
}

/// How often each run is drawn in a resample.
std::vector<double> drawn_counts(std::size_t num_runs, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> counts(num_runs, 0.0);
  for (std::size_t k = 0; k < num_runs; ++k) counts[random.below(num_runs)] += 1.0;
  return counts;
}

/// Resamples of the simulated grid, on which c runs to its floor every fourth time and steps are
/// cut short by the box.
struct Resamples {
  std::unique_ptr<Objective> all =
      fit_law("fine-grained-moe")
          ->objective(shipped_simulated_runs(), HuberLoss(1e-3), Residual::kLog);
  FreeSpace space = whole_space("fine-grained-moe");
  CoefficientVector fitted;

  Resamples() {
    FitOptions options;
    options.num_starts = 100;
    options.profile = false;
    const auto report = fit(FineGrainedMoe::kName, shipped_simulated_runs(), options);
    fitted = space.gather(to_axis(FineGrainedMoe{}, report.coefficients));
  }
  std::unique_ptr<Objective> objective(std::uint64_t seed) const {
    return all->resampled(drawn_counts(all->num_runs(), seed));
  }
};

TEST_CASE("minimize: a warm descent that calls itself settled is at a minimum", "[fit][identity]") {
  const Resamples resamples;
  std::size_t num_settled = 0, num_held = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    const auto objective = resamples.objective(seed);
    auto at = minimize(*objective, resamples.space, resamples.fitted, {.warm = true});
    if (!at.settled) continue;
    ++num_settled;
    num_held += (at.phi.array() <= resamples.space.lower.array()).any();
    // Settled where Newton promises 1e-13 of the objective; sharpening takes what is left of it.
    const double before = at.value;
    sharpen(*objective, resamples.space, at);
    CHECK(before <= at.value * (1.0 + 1e-11));
    CHECK(slope_left(*objective, resamples.space, at.phi) <=
          gradient_limit(at.value, objective->num_runs()));
  }
  CHECK(num_settled >= 290);
  CHECK(num_held >= 30);  // the plant works: many ended on the floor of c
}

TEST_CASE("BlockDescent: a refit ends where a descent of all coefficients ends",
          "[fit][identity]") {
  const Resamples resamples;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    const auto objective = resamples.objective(seed);
    auto block = BlockDescent(*objective, resamples.space).run(resamples.fitted);
    auto full = minimize(*objective, resamples.space, resamples.fitted);
    CHECK(block.settled);
    CHECK(block.value <= full.value * (1.0 + 1e-9));
  }
}

TEST_CASE("BlockDescent: held at a value a coefficient stays there and the rest is fitted",
          "[fit][identity]") {
  const Resamples resamples;
  const double c = std::log(0.5);
  const FreeSpace held = resamples.space.without(6, c);
  const auto begin = FreeSpace::drop(resamples.fitted, 6);
  auto at = BlockDescent(*resamples.all, held).run(begin);
  CHECK(held.expand(at.phi)[6] == c);
  CHECK(at.value < resamples.all->value(held.expand(begin)));
  sharpen(*resamples.all, held, at);
  CHECK(slope_left(*resamples.all, held, at.phi) <=
        gradient_limit(at.value, resamples.all->num_runs()));
}

TEST_CASE("BlockDescent: a minimum outside the box ends on its nearest side", "[fit][identity]") {
  const std::unique_ptr<Objective> objective = planted_objective(0.0);
  auto space = whole_space("chinchilla");
  space.upper[2] = 0.30;  // alpha is 0.34 in the runs
  const auto theta = to_axis(Chinchilla{}, kHoffmann);
  const CoefficientVector planted = Eigen::Map<const Eigen::VectorXd>(theta.data(), 5);
  const auto at = BlockDescent(*objective, space).run(planted);
  CHECK(at.settled);
  CHECK(at.phi[2] == 0.30);
  CHECK(at.value == Approx(minimize(*objective, space, planted).value).epsilon(1e-9));
}

}  // namespace
}  // namespace isoflop::testing::block_descent_test
