// What apps/studies/profiles.cpp measures over four widths with refits, here with few starts and
// without refits: the intervals then lack what the law itself does not know.
#include "apps/studies/simulated_sweeps.hpp"
#include "catch.hpp"
#include "isoflop/core/parallel.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/sweep/parabola_shift.hpp"

namespace isoflop::testing::corrected_vertices_test {
namespace {

constexpr std::size_t kSize = index_of(SweepQuantity::kSize);
constexpr std::size_t kSweeps = 200;

struct Errors {
  double mean = 0.0, sd = 0.0, held = 0.0;
};

/// Of the corrected vertices of 200 sweeps with 0.3 % noise.
Errors errors_at(double reach) {
  SweepDesign design;
  design.reach = reach;
  std::vector<std::vector<double>> errors(kSweeps);
  std::vector<int> held(kSweeps);
  parallel_for(kSweeps, 0, [&](std::size_t s) {
    Random random(500 + s);
    const SimulatedSweep sweep = simulate(design, 0.003, &random);
    const ProfilesReport report = profiles_of(sweep.runs, sweep.budgets, {.resamples = 0});
    FitOptions how;
    how.num_threads = 1, how.num_starts = 12, how.profile = false;
    const FitReport law = fit("chinchilla", sweep.table(), how);
    const ApproachComparison c = compare_approaches(report, law.coefficients, {}, 1);
    for (std::size_t k = 0; k < design.budgets.size(); ++k) {
      const double truth = std::log(design.optimal_n(design.budgets[k]));
      errors[s].push_back(c.corrected[k][kSize] - truth);
      held[s] += c.log_size[k].low <= truth && truth <= c.log_size[k].high ? 1 : 0;
    }
  });
  Errors out;
  double count = 0.0, squares = 0.0;
  for (std::size_t s = 0; s < kSweeps; ++s) {
    out.held += held[s];
    for (const double e : errors[s]) count += 1.0, out.mean += e, squares += e * e;
  }
  out.mean /= count, out.held /= count;
  out.sd = std::sqrt(squares / count - out.mean * out.mean);
  return out;
}

TEST_CASE("corrected vertices: they are unbiased and their intervals hold the optimum",
          "[sweep][recovery]") {
  for (const double reach : {4.0, 16.0}) {
    CAPTURE(reach);
    const Errors e = errors_at(reach);
    CHECK(std::abs(e.mean) < 0.1 * e.sd);
    CHECK(e.held > 0.92);
    CHECK(e.held < 0.98);
  }
}

}  // namespace
}  // namespace isoflop::testing::corrected_vertices_test
