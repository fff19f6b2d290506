#include <cmath>
#include <limits>
#include <memory>

#include "catch.hpp"
#include "fit/minimizer.hpp"
#include "isoflop/core/select_rows.hpp"
#include "isoflop/fit/fit_law.hpp"
#include "planted_runs.hpp"

namespace isoflop::testing::minimizer_test {
namespace {

using Small = CoefficientVector;

FreeSpace whole_space(const FitOptions& options = {}) {
  return free_space(facts_of(Chinchilla{}), options);
}

Small planted_phi() {
  const auto theta = to_axis(Chinchilla{}, kHoffmann);
  return Eigen::Map<const Eigen::VectorXd>(theta.data(), 5);
}

std::unique_ptr<Objective> planted_objective(double noise) {
  return fit_law("chinchilla")
      ->objective(planted_runs(Chinchilla{}, kHoffmann, noise), HuberLoss(1e-3), Residual::kLog);
}

Small start_nearby() {
  Small phi = planted_phi();
  phi += (Small(5) << 0.2, -0.5, 0.03, 0.6, -0.02).finished();
  return phi;
}

double condition_at(const FreeSpace& space, const Small& phi, const CoefficientMatrix& hessian) {
  return condition_number(loose_eigenvalues(space, phi, hessian));
}

TEST_CASE("minimize: noiseless runs give back their coefficients", "[fit][recovery]") {
  const auto minimum = minimize(*planted_objective(0.0), whole_space(), start_nearby());
  CHECK(minimum.settled);
  // Residuals at rounding, 1e-15, through a Hessian of condition 1e7 whose root tells the error.
  CHECK((minimum.phi - planted_phi()).cwiseAbs().maxCoeff() < 1e-9);
}

TEST_CASE("minimize: on noisy runs the gradient vanishes at the minimum", "[fit][derivative]") {
  const auto objective = planted_objective(0.01);
  const auto space = whole_space();
  const auto minimum = minimize(*objective, space, start_nearby());
  REQUIRE(minimum.settled);
  const auto start = objective->first_order(space.expand(start_nearby()));
  const auto end = objective->second_order(space.expand(minimum.phi));
  // It stops when Newton promises 1e-13 of the objective: the root of it in terms of slopes.
  CHECK(end.gradient.norm() < 1e-6 * start.gradient.norm());
  CHECK(condition_at(space, minimum.phi, space.reduce_matrix(end.curvature)) <
        std::numeric_limits<double>::infinity());
}

TEST_CASE("minimize: a start outside the box is moved into it", "[fit][identity]") {
  const auto space = whole_space();
  MinimizerOptions options;
  options.max_iterations = 0;
  Small start = start_nearby();
  start[0] = -50.0;
  start[2] = 7.0;
  const auto minimum = minimize(*planted_objective(0.0), space, start, options);
  CHECK(minimum.phi[0] == space.lower[0]);
  CHECK(minimum.phi[2] == space.upper[2]);
  CHECK(minimum.phi[4] == start[4]);
}

TEST_CASE("minimize: a minimum outside the box ends on its nearest side", "[fit][identity]") {
  const auto objective = planted_objective(0.0);
  auto space = whole_space();
  space.upper[2] = 0.30;  // alpha is 0.34 in the runs
  const auto minimum = minimize(*objective, space, start_nearby());
  CHECK(minimum.settled);
  CHECK(minimum.phi[2] == 0.30);
  const auto at = objective->first_order(space.expand(minimum.phi));
  CHECK(at.gradient[2] < 0.0);  // it would go on if it could
  CHECK(projected_gradient(space, minimum.phi, space.reduce(at.gradient))[2] == 0.0);
}

TEST_CASE("minimize: an iteration limit leaves the minimum unsettled", "[fit][identity]") {
  MinimizerOptions options;
  options.max_iterations = 1;
  const auto space = whole_space();
  const auto minimum = minimize(*planted_objective(0.01), space, start_nearby(), options);
  CHECK_FALSE(minimum.settled);
  CHECK(minimum.iterations == 1);
}

TEST_CASE("minimize: a space without directions gives the value there", "[fit][identity]") {
  FitOptions options;
  for (std::size_t p = 0; p < 5; ++p) {
    options.fixed[std::string(Chinchilla::kCoefficients[p].name)] = kHoffmann[p];
  }
  const auto minimum = minimize(*planted_objective(0.01), whole_space(options), Small(0));
  CHECK(minimum.value == planted_objective(0.01)->value(planted_phi()));
}

TEST_CASE("sharpen: the gradient comes down and the objective does not rise", "[fit][identity]") {
  const auto objective = planted_objective(0.01);
  const auto space = whole_space();
  const auto gradient_at = [&](const Small& phi) {
    return objective->first_order(space.expand(phi)).gradient.cwiseAbs().maxCoeff();
  };
  auto minimum = minimize(*objective, space, start_nearby());
  minimum.phi += Small::Constant(5, 1e-8);
  minimum.value = objective->value(space.expand(minimum.phi));
  const auto before = minimum;
  sharpen(*objective, space, minimum);
  CHECK(gradient_at(minimum.phi) < 1e-3 * gradient_at(before.phi));
  // The sum of 20 losses rounds at 1e-15 of itself.
  CHECK(minimum.value <= before.value * (1.0 + 1e-12));
}

TEST_CASE("sharpen: a direction that the runs leave open does not keep the others from zero",
          "[fit][identity]") {
  const RunTable all = planted_runs(FineGrainedMoe{}, kKrajewski, 0.01);
  const auto space = free_space(facts_of(FineGrainedMoe{}), {});
  for (const double g : {1.0, 4.0, 16.0}) {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < all.num_runs(); ++i) {
      if (all.column(Variable::kG)[i] == g) rows.push_back(i);
    }
    REQUIRE(rows.size() > 8);
    const auto objective = fit_law("fine-grained-moe")
                               ->objective(select_rows(all, rows), HuberLoss(1e-3), Residual::kLog);
    // a, g and gamma share one number: two directions are open.
    auto minimum = minimize(*objective, space, space.gather(to_axis(FineGrainedMoe{}, kKrajewski)));
    minimum.phi[3] += 1e-7;
    minimum.value = objective->value(space.expand(minimum.phi));
    const auto there = sharpen(*objective, space, minimum, Damping::kWhereOpen);
    const auto gradient = projected_gradient(space, minimum.phi, space.reduce(there.gradient));
    CHECK(gradient.lpNorm<Eigen::Infinity>() <=
          gradient_limit(minimum.value, objective->num_runs()));
    CHECK_FALSE(condition_at(space, minimum.phi, space.reduce_matrix(there.curvature)) < 1e12);
  }
}

TEST_CASE("is_saddle: what rounding makes of a zero is none", "[fit][identity]") {
  CHECK_FALSE(is_saddle({}));
  CHECK_FALSE(is_saddle({0.5, 2.0, 1e9}));
  CHECK_FALSE(is_saddle({-1e-4, 2.0, 1e9}));
  CHECK(is_saddle({-1e-2, 2.0, 1e9}));
  CHECK(is_saddle({-3.0, -1.0}));
}

TEST_CASE("projected_gradient: only directions that a bound blocks are removed",
          "[fit][identity]") {
  auto space = whole_space();
  space.lower = Small::Zero(5);
  space.upper = Small::Ones(5);
  const Small phi = (Small(5) << 0.0, 0.0, 1.0, 1.0, 0.5).finished();
  const Small gradient = (Small(5) << 2.0, -2.0, -2.0, 2.0, 2.0).finished();
  const Small expected = (Small(5) << 0.0, -2.0, 0.0, 2.0, 2.0).finished();
  CHECK(projected_gradient(space, phi, gradient) == expected);
}

TEST_CASE("condition_number: it is the ratio of the extreme eigenvalues", "[fit][identity]") {
  const auto space = whole_space();
  const Small diagonal = (Small(5) << 1.0, 50.0, 0.5, 2.0, 4.0).finished();
  const CoefficientMatrix hessian = diagonal.asDiagonal();
  CHECK(condition_at(space, planted_phi(), hessian) == Approx(100.0).epsilon(1e-14));
}

TEST_CASE("condition_number: directions on a bound do not count", "[fit][identity]") {
  const auto space = whole_space();
  Small phi = planted_phi();
  phi[1] = space.upper[1];
  const Small diagonal = (Small(5) << 1.0, 50.0, 0.5, 2.0, 4.0).finished();
  const CoefficientMatrix hessian = diagonal.asDiagonal();
  CHECK(condition_at(space, phi, hessian) == Approx(8.0).epsilon(1e-14));
}

TEST_CASE("condition_number: a Hessian that is not positive definite has none", "[fit][identity]") {
  const auto space = whole_space();
  const Small diagonal = (Small(5) << 1.0, 50.0, 0.0, 2.0, 4.0).finished();
  const CoefficientMatrix hessian = diagonal.asDiagonal();
  CHECK(condition_at(space, planted_phi(), hessian) == std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace isoflop::testing::minimizer_test
