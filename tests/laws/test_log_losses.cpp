#include <cmath>

#include "catch.hpp"
#include "fit/planted_runs.hpp"
#include "isoflop/laws/log_losses.hpp"

namespace isoflop::testing::log_losses_test {
namespace {

TEST_CASE("log_losses: every run has the loss of its row for every law", "[laws][identity]") {
  for_each_law([](const auto& law) {
    const auto& coefficients = published_coefficients(law);
    const RunTable runs = planted_runs(law, coefficients);
    const std::vector<double> found = log_losses(name_of(law), coefficients, runs);
    REQUIRE(found.size() == runs.num_runs());
    // The planted losses went through an exponential.
    for (std::size_t i = 0; i < found.size(); ++i) {
      CHECK(std::exp(found[i]) == Approx(runs.loss[i]).epsilon(1e-14));
    }
  });
}

TEST_CASE("log_losses: runs without a variable of the law are refused", "[laws][refusal]") {
  CHECK_THROWS_WITH(
      log_losses("fine-grained-moe", kKrajewski, planted_runs(Chinchilla{}, kHoffmann)),
      "the runs have no column G, which the law fine-grained-moe needs");
}

}  // namespace
}  // namespace isoflop::testing::log_losses_test
