#include <algorithm>
#include <cmath>
#include <set>

#include "catch.hpp"
#include "fit/starts.hpp"
#include "isoflop/laws/list.hpp"

namespace isoflop::starts_test {
namespace {

template <Law L>
std::size_t num_free_starts(const L& law, const FitOptions& options) {
  return free_starts(facts_of(law), options, free_space(facts_of(law), options)).size();
}

TEST_CASE("starts: the grid of chinchilla is that of Hoffmann et al.", "[fit][published]") {
  // arXiv 2203.15556, Approach 3: E, A and B by their logarithms.
  const std::array<std::set<double>, 5> expected{{{-1.0, -0.5, 0.0, 0.5, 1.0},
                                                  {0.0, 5.0, 10.0, 15.0, 20.0, 25.0},
                                                  {0.0, 0.5, 1.0, 1.5, 2.0},
                                                  {0.0, 5.0, 10.0, 15.0, 20.0, 25.0},
                                                  {0.0, 0.5, 1.0, 1.5, 2.0}}};
  const auto grid = starts(facts_of(Chinchilla{}), {});
  CHECK(grid.size() == 4500);
  CHECK(std::set(grid.begin(), grid.end()).size() == 4500);
  for (std::size_t p = 0; p < expected.size(); ++p) {
    std::set<double> levels;
    // Rounded: a level may be off in its last bit.
    for (const auto& theta : grid) levels.insert(std::round(theta[p] * 1e9) / 1e9);
    CAPTURE(Chinchilla::kCoefficients[p].name);
    CHECK(levels == expected[p]);
  }
}

TEST_CASE("starts: a law without a grid has a sample of the default size", "[fit][identity]") {
  CHECK(starts(facts_of(FineGrainedMoe{}), {}).size() == kDefaultNumStarts);
}

TEST_CASE("starts: a size that is asked for replaces the grid", "[fit][identity]") {
  FitOptions options;
  options.num_starts = 37;
  CHECK(starts(facts_of(Chinchilla{}), options).size() == 37);
  CHECK(starts(facts_of(FineGrainedMoe{}), options).size() == 37);
}

TEST_CASE("starts: the same seed gives the same sample", "[fit][identity]") {
  FitOptions options;
  options.seed = 5;
  CHECK(starts(facts_of(FineGrainedMoe{}), options) == starts(facts_of(FineGrainedMoe{}), options));
}

TEST_CASE("starts: another seed gives another sample", "[fit][identity]") {
  FitOptions other;
  other.seed = kDefaultSeed + 1;
  CHECK(starts(facts_of(FineGrainedMoe{}), other) != starts(facts_of(FineGrainedMoe{}), {}));
}

TEST_CASE("starts: the box of the sample grows with its spread around its centre",
          "[fit][identity]") {
  FitOptions options;
  options.start_spread = 1.5;
  const auto narrow = starts(facts_of(FineGrainedMoe{}), {}),
             wide = starts(facts_of(FineGrainedMoe{}), options);
  for (std::size_t p = 0; p < kNumCoefficients<FineGrainedMoe>; ++p) {
    const CoefficientInfo& c = FineGrainedMoe::kCoefficients[p];
    CAPTURE(c.name);
    const double centre = 0.5 * (c.start_low + c.start_high);
    for (std::size_t i = 0; i < narrow.size(); ++i) {
      CHECK(narrow[i][p] >= c.start_low);
      CHECK(narrow[i][p] <= c.start_high);
      // The same random numbers; a few roundings of numbers up to 10.
      CHECK(std::abs(wide[i][p] - centre - 1.5 * (narrow[i][p] - centre)) < 1e-14);
    }
  }
}

TEST_CASE("free_starts: every start of every law lies inside the bounds", "[fit][identity]") {
  for_each_law([](const auto& law) {
    INFO("law " << name_of(law));
    for (const double spread : {1.0, 3.0}) {
      FitOptions options;
      options.start_spread = spread;
      const auto space = free_space(facts_of(law), options);
      const auto all = free_starts(facts_of(law), options, space);
      CHECK(std::all_of(all.begin(), all.end(), [&](const auto& phi) {
        return (phi.array() >= space.lower.array()).all() &&
               (phi.array() <= space.upper.array()).all();
      }));
    }
  });
}

TEST_CASE("free_starts: grid points that a fixed coefficient makes equal are kept once",
          "[fit][identity]") {
  FitOptions options;
  options.fixed["E"] = 1.8;
  CHECK(num_free_starts(Chinchilla{}, options) == 6 * 5 * 6 * 5);
}

TEST_CASE("free_starts: tied coefficients begin at their mean", "[fit][identity]") {
  FitOptions options;
  options.tied.emplace_back("alpha", "beta");
  // Means of two of {0, .5, 1, 1.5, 2}: nine levels in steps of a quarter.
  CHECK(num_free_starts(Chinchilla{}, options) == 5 * 6 * 6 * 9);
}

}  // namespace
}  // namespace isoflop::starts_test
