#include <cmath>
#include <limits>
#include <set>
#include <string>

#include "catch.hpp"
#include "isoflop/error.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/list.hpp"

namespace isoflop::list_test {
namespace {

/// The text of the InvalidArgument that f throws, "" if it throws none.
template <class F>
std::string refusal_of(F f) {
  try {
    f();
  } catch (const InvalidArgument& fault) {
    return fault.what();
  }
  return "";
}

TEST_CASE("law_names: the shipped laws come in the order of the list", "[laws][format]") {
  CHECK(law_names() == std::vector<std::string_view>{
                           "chinchilla", "fine-grained-moe", "joint-moe", "data-constrained",
                           "sparsity", "routed", "efficiency-leverage", "kaplan", "over-training"});
}

TEST_CASE("visit_law: the law of the given name is visited", "[laws][identity]") {
  for (const std::string_view name : law_names()) {
    CHECK(visit_law(name, [](const auto& law) { return std::string(name_of(law)); }) == name);
  }
}

TEST_CASE("visit_law: an unknown name is refused with those there are", "[laws][refusal]") {
  CHECK(refusal_of([] { visit_law("chinchila", [](const auto&) { return 0; }); }) ==
        "no law is named \"chinchila\"; there are: chinchilla fine-grained-moe joint-moe "
        "data-constrained sparsity routed efficiency-leverage kaplan over-training");
}

TEST_CASE("coefficient_index: names give the place in the order of the law", "[laws][identity]") {
  for_each_law([]<Law L>(const L& law) {
    for (std::size_t p = 0; p < kNumCoefficients<L>; ++p) {
      CHECK(coefficient_index(facts_of(law), coefficients_of(law)[p].name) == p);
    }
  });
}

TEST_CASE("coefficient_index: an unknown name is refused with those there are", "[laws][refusal]") {
  CHECK(refusal_of([] { coefficient_index(facts_of(Chinchilla{}), "gamma"); }) ==
        "the law chinchilla has no coefficient \"gamma\"; it has: E A alpha B beta");
}

TEST_CASE("to_axis: a wrong number of coefficients is refused", "[laws][refusal]") {
  const std::array<double, 4> four{1.69, 406.4, 0.34, 410.7};
  CHECK(refusal_of([&] { to_axis(Chinchilla{}, four); }) ==
        "the law chinchilla has 5 coefficients");
}

TEST_CASE("to_axis: a scale that is not positive is refused", "[laws][refusal]") {
  for (const double bad : {0.0, -1.0}) {
    const std::array<double, 5> coefficients{1.69, bad, 0.34, 410.7, 0.28};
    CHECK(refusal_of([&] { to_axis(Chinchilla{}, coefficients); }) ==
          "coefficient A must be a positive finite number");
  }
}

TEST_CASE("to_axis: a coefficient that is not finite is refused", "[laws][refusal]") {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    const std::array<double, 5> coefficients{1.69, 406.4, bad, 410.7, 0.28};
    CHECK(refusal_of([&] { to_axis(Chinchilla{}, coefficients); }) ==
          "coefficient alpha must be a finite number");
  }
}

}  // namespace
}  // namespace isoflop::list_test
