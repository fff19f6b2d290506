#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::simulate_sweep_test {
namespace {

TEST_CASE("simulate_sweep: with seed 1 it prints the shipped files to the byte",
          "[cli][published]") {
  const Workplace here;
  const std::string program = quoted(SIMULATE_SWEEP_PROGRAM);
  CHECK(here.shell(program + " sweep hoffmann2022-unrounded 0.003 1").out ==
        here.read("data/simulated/hoffmann2022_sweep.csv"));
  CHECK(here.shell(program + " curves hoffmann2022-unrounded 0.001 1").out ==
        here.read("data/simulated/hoffmann2022_curves.csv"));
}

}  // namespace
}  // namespace isoflop::testing::simulate_sweep_test
