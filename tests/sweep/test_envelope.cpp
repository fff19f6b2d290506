#include <cmath>

#include "apps/studies/simulated_sweeps.hpp"
#include "catch.hpp"
#include "isoflop/error.hpp"
#include "isoflop/sweep/envelope.hpp"

namespace isoflop::testing::envelope_test {
namespace {

constexpr std::size_t kN = index_of(SweepQuantity::kN), kD = index_of(SweepQuantity::kD);

/// Curves of a law without noise: sizes a factor `step` apart.
std::vector<TrainingCurve> curves(double step, int count) {
  const SweepDesign law;
  std::vector<TrainingCurve> out;
  for (int i = 0; i < count; ++i) {
    const double n = 3e7 * std::pow(step, i);
    TrainingCurve& curve = out.emplace_back();
    curve.run = std::to_string(i);
    curve.log_n = std::log(n);
    for (int j = 0; j < 200; ++j) {
      const double d = n * std::pow(10.0, 0.0 + 3.0 * j / 199.0);
      curve.log_c.push_back(std::log(6.0 * n * d));
      curve.log_d.push_back(std::log(d));
      curve.log_loss.push_back(std::log(law.loss(n, d)));
    }
  }
  return out;
}

TEST_CASE("envelope: of many sizes it has the exponents of the law", "[sweep][recovery]") {
  const Envelope e = envelope_of(curves(1.1, 90));
  // Steps of 10 % in N leave a stair about the line.
  CHECK(e.laws[kN].exponent == Approx(.28 / .62).margin(2e-3));
  CHECK(e.laws[kD].exponent == Approx(.34 / .62).margin(2e-3));
  CHECK(e.num_sizes == 88);
  CHECK(e.without_one.size() == e.num_sizes);
}

TEST_CASE("envelope: its points are the lowest loss at their compute", "[sweep][identity]") {
  const std::vector<TrainingCurve> all = curves(2.0, 6);
  const SweepDesign law;
  const Envelope e = envelope_of(all, {300, false});
  REQUIRE(e.points.size() == 300);
  for (const EnvelopePoint& p : e.points) {
    CHECK(p.log_n + p.log_d + std::log(6.0) == Approx(p.log_c).epsilon(1e-12));
    for (const TrainingCurve& curve : all) {
      if (p.log_c < curve.log_c.front() || p.log_c > curve.log_c.back()) continue;
      const double n = std::exp(curve.log_n), d = std::exp(p.log_c) / 6.0 / n;
      // Straight lines between checkpoints lie above the convex curve by less than this.
      CHECK(p.log_loss <= std::log(law.loss(n, d)) + 1e-4);
    }
  }
}

TEST_CASE("envelope: the edges count only where that is asked for", "[sweep][identity]") {
  const std::vector<TrainingCurve> all = curves(2.0, 6);
  const Envelope without = envelope_of(all), with = envelope_of(all, {1500, true});
  CHECK(without.num_edges > 0);
  CHECK(without.num_edges == with.num_edges);
  CHECK(with.num_sizes == without.num_sizes + 2);
  // Sizes that nothing smaller or larger competed with flatten the line.
  CHECK(with.laws[kN].exponent != without.laws[kN].exponent);
  CHECK(std::abs(without.laws[kN].exponent - .28 / .62) < 0.05);
}

TEST_CASE("envelope: one size is refused, two have no line between them", "[sweep][refusal]") {
  CHECK_THROWS_AS(envelope_of(curves(2.0, 1)), InvalidArgument);
  CHECK(std::isnan(envelope_of(curves(2.0, 2)).laws[kN].exponent));
}

}  // namespace
}  // namespace isoflop::testing::envelope_test
