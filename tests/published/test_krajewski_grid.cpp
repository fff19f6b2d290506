// The design grid of Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871. The losses of its runs
// were never published: here they are computed from the published law.
#include <array>
#include <map>
#include <tuple>

#include "catch.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/list.hpp"
#include "public_runs.hpp"

namespace isoflop::testing::krajewski_grid_test {
namespace {

/// d_model, n_blocks, tokens in units of 31,250 steps, and the largest granularity of the powers of
/// two that were trained.
using Cell = std::tuple<int, int, int, int>;
constexpr std::array<Cell, 17> kCells{{{256, 4, 1, 16},
                                       {256, 4, 2, 16},
                                       {256, 4, 4, 16},
                                       {384, 4, 1, 16},
                                       {384, 4, 2, 16},
                                       {384, 4, 4, 16},
                                       {512, 4, 1, 16},
                                       {512, 4, 2, 16},
                                       {512, 4, 4, 16},
                                       {512, 4, 8, 4},
                                       {512, 8, 1, 16},
                                       {512, 8, 2, 16},
                                       {512, 8, 4, 8},
                                       {640, 10, 1, 16},
                                       {640, 10, 2, 16},
                                       {640, 10, 4, 4},
                                       {768, 12, 2, 4}}};

TEST_CASE("krajewski2024_grid.csv: it holds the 78 runs of the paper", "[published][published]") {
  const TextTable table = read_text_table(shipped_file("krajewski2024_grid.csv"));
  std::map<std::array<double, 4>, int> expected, found;
  for (const auto& [d_model, n_blocks, tokens, max_g] : kCells) {
    for (int g = 1; g <= max_g; g *= 2) {
      expected[{double(d_model), double(n_blocks), 31250.0 * tokens, double(g)}] = 1;
    }
  }
  const auto d_model = column_of(table, "d_model"), n_blocks = column_of(table, "n_blocks");
  const auto steps = column_of(table, "steps"), g = column_of(table, "G");
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    ++found[{d_model[i], n_blocks[i], steps[i], g[i]}];
  }
  CHECK(expected.size() == 78);
  CHECK(found == expected);
}

TEST_CASE("krajewski2024_grid.csv: N and D follow from the shape and the steps",
          "[published][identity]") {
  const TextTable table = read_text_table(shipped_file("krajewski2024_grid.csv"));
  const auto d_model = column_of(table, "d_model"), n_blocks = column_of(table, "n_blocks");
  const auto steps = column_of(table, "steps");
  const auto n = column_of(table, "N"), d = column_of(table, "D");
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    // N = d_model^2 (8 E + 4) n_blocks at E = 64, and 524,288 tokens per step; all exact.
    CHECK(n[i] == d_model[i] * d_model[i] * 516.0 * n_blocks[i]);
    CHECK(d[i] == steps[i] * 524288.0);
  }
}

TEST_CASE("fit: noiseless losses on the grid give back the published law",
          "[published][recovery]") {
  const std::vector<double>& published = find_law("krajewski2024-e64").coefficients;
  FitOptions options;
  options.finish_all_starts = true;
  const FitReport report = fit(FineGrainedMoe::kName, simulated_runs(1, 0.0), options);
  CHECK(report.status == FitStatus::kConverged);
  // What is asked of a fit of this grid: six digits, from three starts in ten.
  for (std::size_t p = 0; p < published.size(); ++p) {
    CAPTURE(FineGrainedMoe::kCoefficients[p].name);
    CHECK(report.coefficients.at(p) == Approx(published[p]).epsilon(1e-6));
  }
  CHECK(10 * report.starts_at_best >= 3 * report.num_starts);
}

TEST_CASE("fit: on noisy losses 10000 other starts find nothing better", "[published][recovery]") {
  const RunTable runs = shipped_simulated_runs();
  const FitReport report = fit(FineGrainedMoe::kName, runs);
  CHECK(report.status == FitStatus::kConverged);
  FitOptions many;
  many.num_starts = 10'000;
  many.seed = 20240212;
  many.start_spread = 1.5;
  // What is asked of the default fit: the best of ten times its starts from a wider box.
  CHECK(report.objective == Approx(fit(FineGrainedMoe::kName, runs, many).objective).epsilon(1e-8));
}

}  // namespace
}  // namespace isoflop::testing::krajewski_grid_test
