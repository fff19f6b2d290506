#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::simulate_grid_test {
namespace {

TEST_CASE("simulate_grid: with seed 1 it prints the shipped file to the byte", "[cli][published]") {
  const Workplace here;
  const Outcome grid =
      here.shell(quoted(SIMULATE_GRID_PROGRAM) +
                 " data/published/krajewski2024_grid.csv krajewski2024-e64 0.005 1");
  CHECK(grid.exit_code == 0);
  CHECK(grid.err.empty());
  CHECK(grid.out == here.read("data/published/krajewski2024_grid_simulated.csv"));
}

TEST_CASE("simulate_grid: without noise it prints the losses of the law", "[cli][identity]") {
  const Workplace here;
  const Outcome grid = here.shell(quoted(SIMULATE_GRID_PROGRAM) +
                                  " data/published/krajewski2024_grid.csv krajewski2024-e64 0 1");
  const std::string first = "256,4,31250,135266304,16384000000,1,";
  const std::size_t at = grid.out.find(first);
  REQUIRE(at != std::string::npos);
  const Outcome predict = here.isoflop({"predict", "krajewski2024-e64", "--n", "135266304", "--d",
                                        "16384000000", "--g", "1", "--json"});
  // One of the two programs may fuse multiplications and additions.
  CHECK(std::stod(grid.out.substr(at + first.size())) ==
        Approx(Json::parse(predict.out)["loss"].get<double>()).epsilon(1e-14));
}

TEST_CASE("simulate_grid: the header of the shipped file says simulated", "[cli][format]") {
  const std::string text = Workplace().read("data/published/krajewski2024_grid_simulated.csv");
  CHECK(text.substr(0, text.find('\n')) == "d_model,n_blocks,steps,N,D,G,loss_simulated");
}

}  // namespace
}  // namespace isoflop::testing::simulate_grid_test
