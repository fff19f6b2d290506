#include <cmath>

#include "catch.hpp"
#include "fit/free_space.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/list.hpp"

namespace isoflop::free_space_test {
namespace {

FitOptions fixing(const std::string& name, double value) {
  FitOptions options;
  options.fixed[name] = value;
  return options;
}

FitOptions tying(const std::string& a, const std::string& b) {
  FitOptions options;
  options.tied.emplace_back(a, b);
  return options;
}

std::vector<double> expanded(const FreeSpace& space, const CoefficientVector& phi) {
  const CoefficientVector theta = space.expand(phi);
  return {theta.data(), theta.data() + theta.size()};
}

/// The text of the InvalidArgument that the options bring about, "" if none.
std::string refusal_of(const FitOptions& options) {
  try {
    free_space(facts_of(FineGrainedMoe{}), options);
  } catch (const InvalidArgument& fault) {
    return fault.what();
  }
  return "";
}

TEST_CASE("free_space: without options every coefficient moves within its bounds",
          "[fit][identity]") {
  for_each_law([]<Law L>(const L& law) {
    INFO("law " << name_of(law));
    const auto space = free_space(facts_of(law), {});
    REQUIRE(space.size() == static_cast<int>(kNumCoefficients<L>));
    for (std::size_t p = 0; p < kNumCoefficients<L>; ++p) {
      const CoefficientInfo& c = coefficients_of(law)[p];
      const auto e = static_cast<Eigen::Index>(p);
      CHECK(space.lower[e] == to_axis(c, c.lower));
      CHECK(space.upper[e] == to_axis(c, c.upper));
    }
  });
}

TEST_CASE("free_space: a fixed coefficient has its value and no direction", "[fit][identity]") {
  const auto space = free_space(facts_of(FineGrainedMoe{}), fixing("c", 0.472));
  REQUIRE(space.size() == 6);
  CoefficientVector phi(6);
  phi << 1, 2, 3, 4, 5, 6;
  CHECK(expanded(space, phi) == std::vector<double>{1, 2, 3, 4, 5, 6, std::log(0.472)});
}

TEST_CASE("free_space: tied coefficients share one direction", "[fit][identity]") {
  const auto space = free_space(facts_of(FineGrainedMoe{}), tying("alpha", "beta"));
  REQUIRE(space.size() == 6);
  CoefficientVector phi(6);
  phi << 1, 2, 3, 4, 5, 6;
  CHECK(expanded(space, phi) == std::vector<double>{1, 2, 3, 2, 4, 5, 6});
}

TEST_CASE("free_space: ties through a third coefficient tie all three", "[fit][identity]") {
  FitOptions options = tying("beta", "gamma");
  options.tied.emplace_back("alpha", "gamma");
  const auto space = free_space(facts_of(FineGrainedMoe{}), options);
  REQUIRE(space.size() == 5);
  CoefficientVector phi(5);
  phi << 1, 2, 3, 4, 5;
  CHECK(expanded(space, phi) == std::vector<double>{1, 2, 3, 2, 4, 2, 5});
}

TEST_CASE("free_space: tied coefficients stay within the bounds of both", "[fit][identity]") {
  // gamma may go up to 10, alpha up to 4 only.
  const auto space = free_space(facts_of(FineGrainedMoe{}), tying("alpha", "gamma"));
  CHECK(space.upper[1] == 4.0);
}

TEST_CASE("free_space: a coefficient tied to a fixed one is fixed with it", "[fit][identity]") {
  FitOptions options = tying("alpha", "beta");
  options.fixed["beta"] = 0.2;
  const auto space = free_space(facts_of(FineGrainedMoe{}), options);
  REQUIRE(space.size() == 5);
  const auto theta = space.expand(CoefficientVector::Zero(5));
  CHECK(theta[1] == 0.2);
  CHECK(theta[3] == 0.2);
}

TEST_CASE("free_space: a gradient in tied directions adds up", "[fit][derivative]") {
  const auto space = free_space(facts_of(FineGrainedMoe{}), tying("alpha", "beta"));
  CoefficientVector full(7);
  full << 1, 20, 3, 400, 5, 6, 7;
  CoefficientVector expected(6);
  expected << 1, 420, 3, 5, 6, 7;
  CHECK(space.reduce(full) == expected);
}

TEST_CASE("free_space: scales are told from exponents, also where one direction is held",
          "[fit][identity]") {
  const FreeSpace space = free_space(facts_of(FineGrainedMoe{}), {});
  const FreeSpace held = space.without(1, 0.2);  // alpha
  for (std::size_t p = 0; p < 7; ++p) {
    const bool is_scale = FineGrainedMoe::kCoefficients[p].scale == Scale::kLog;
    CHECK(space.is_scale[p] == is_scale);
    if (p != 1) CHECK(held.is_scale[static_cast<std::size_t>(held.entry[p])] == is_scale);
  }
}

TEST_CASE("free_space: an unknown coefficient is refused with those there are", "[fit][refusal]") {
  const std::string refusal =
      "the law fine-grained-moe has no coefficient \"E\"; it has: a alpha b beta g gamma c";
  CHECK(refusal_of(fixing("E", 1.0)) == refusal);
  CHECK(refusal_of(tying("E", "c")) == refusal);
  CHECK(refusal_of(tying("c", "E")) == refusal);
}

TEST_CASE("free_space: a value outside the bounds is refused", "[fit][refusal]") {
  CHECK_FALSE(refusal_of(fixing("c", 0.0)).empty());
  CHECK_FALSE(refusal_of(fixing("c", -1.0)).empty());
  CHECK_FALSE(refusal_of(fixing("alpha", 5.0)).empty());
  CHECK_FALSE(refusal_of(fixing("alpha", std::nan(""))).empty());
}

TEST_CASE("free_space: a scale cannot be tied to an exponent", "[fit][refusal]") {
  CHECK(refusal_of(tying("a", "alpha")) ==
        "cannot tie a to alpha: one is a scale, the other an exponent");
}

TEST_CASE("free_space: a coefficient tied to itself is refused", "[fit][refusal]") {
  CHECK(refusal_of(tying("alpha", "alpha")) == "cannot tie alpha to itself");
}

TEST_CASE("free_space: tied coefficients fixed at two values are refused", "[fit][refusal]") {
  FitOptions options = tying("alpha", "beta");
  options.fixed["alpha"] = 0.1;
  options.fixed["beta"] = 0.2;
  CHECK(refusal_of(options) == "beta is tied to a coefficient that is fixed at another value");
}

}  // namespace
}  // namespace isoflop::free_space_test
