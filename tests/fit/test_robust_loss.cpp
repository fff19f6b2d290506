#include <cmath>
#include <limits>

#include "catch.hpp"
#include "isoflop/fit/robust_loss.hpp"

namespace isoflop::robust_loss_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Residuals on both sides of a delta of 0.5, zero and both corners among them.
Batch residuals() {
  Batch r;
  r.lanes << -3.0, -0.5, -0.2, 0.0, 0.3, 0.5, 0.6, 40.0;
  return r;
}

TEST_CASE("HuberLoss: inside delta it is half the square", "[fit][identity]") {
  const HuberLoss huber(0.5);
  CHECK(huber.rho(0.3) == 0.5 * 0.3 * 0.3);
  CHECK(huber.rho(-0.3) == 0.5 * 0.3 * 0.3);
  CHECK(huber.rho(0.0) == 0.0);
}

TEST_CASE("HuberLoss: beyond delta it is a straight line", "[fit][identity]") {
  const HuberLoss huber(0.5);
  CHECK(huber.rho(2.0) == 0.5 * (2.0 - 0.25));
  CHECK(huber.rho(-2.0) == 0.5 * (2.0 - 0.25));
}

TEST_CASE("HuberLoss: an infinite delta is least squares", "[fit][identity]") {
  const HuberLoss squares(kInfinity);
  for (const double r : {-1e6, -0.1, 0.0, 3.0}) CHECK(squares.rho(r) == 0.5 * r * r);
  const HuberValue v = squares(residuals());
  CHECK((v.rho.lanes == 0.5 * residuals().lanes.square()).all());
  CHECK((v.slope.lanes == residuals().lanes).all());
  CHECK((v.curvature.lanes == 1.0).all());
  CHECK((v.reweight.lanes == 1.0).all());
}

TEST_CASE("HuberLoss: lanes hold what the plain function gives", "[fit][identity]") {
  const HuberLoss huber(0.5);
  const HuberValue v = huber(residuals());
  for (int lane = 0; lane < Batch::kWidth; ++lane) {
    CHECK(v.rho.lanes[lane] == huber.rho(residuals().lanes[lane]));
  }
}

TEST_CASE("HuberLoss: the slope is the derivative of the value", "[fit][derivative]") {
  const HuberLoss huber(0.5);
  const HuberValue v = huber(residuals());
  for (int lane = 0; lane < Batch::kWidth; ++lane) {
    const double r = residuals().lanes[lane], h = 1e-7;
    CAPTURE(r);
    // Truncation is h where the curvature jumps, rounding 1e-15 / h times the value of up to 20.
    CHECK(std::abs(v.slope.lanes[lane] - (huber.rho(r + h) - huber.rho(r - h)) / (2.0 * h)) < 1e-6);
  }
}

TEST_CASE("HuberLoss: the slope is continuous at delta", "[fit][derivative]") {
  const HuberLoss huber(0.5);
  const double just_beyond = std::nextafter(0.5, 1.0);
  CHECK(huber(Batch(0.5)).slope.lanes[0] == 0.5);
  CHECK(huber(Batch(just_beyond)).slope.lanes[0] == 0.5);
  // One unit in the last place on, the value has moved by no more than two of them.
  CHECK(std::abs(huber.rho(just_beyond) - huber.rho(0.5)) < 1e-15);
}

TEST_CASE("HuberLoss: the curvature is one inside and zero beyond", "[fit][derivative]") {
  const Batch curvature = HuberLoss(0.5)(residuals()).curvature;
  for (int lane = 0; lane < Batch::kWidth; ++lane) {
    CHECK(curvature.lanes[lane] == (std::abs(residuals().lanes[lane]) <= 0.5 ? 1.0 : 0.0));
  }
}

TEST_CASE("HuberLoss: the reweighting is slope over residual and one at zero", "[fit][identity]") {
  const HuberValue v = HuberLoss(0.5)(residuals());
  for (int lane = 0; lane < Batch::kWidth; ++lane) {
    const double r = residuals().lanes[lane];
    CHECK(v.reweight.lanes[lane] == (std::abs(r) <= 0.5 ? 1.0 : v.slope.lanes[lane] / r));
  }
}

}  // namespace
}  // namespace isoflop::robust_loss_test
