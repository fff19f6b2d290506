#include <algorithm>
#include <cmath>

#include "catch.hpp"
#include "isoflop/core/select_rows.hpp"
#include "isoflop/error.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/fit/sensitivity.hpp"
#include "planted_runs.hpp"

namespace isoflop::testing::sensitivity_test {
namespace {

using Rows = std::vector<std::size_t>;

SensitivityOptions few_starts() {
  SensitivityOptions options;
  options.fit.num_starts = 30;
  options.num_starts = 12;
  options.num_starts_influence = 8;
  return options;
}

/// 20 runs with 1 % noise; run 7 is 10 % too high.
RunTable with_outlier() {
  RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.01);
  runs.loss[7] *= 1.1;
  return runs;
}

std::vector<SensitivityRow> rows_of_kind(const SensitivityReport& report, Variation kind) {
  std::vector<SensitivityRow> out;
  for (const SensitivityRow& row : report.rows) {
    if (row.variation == kind) out.push_back(row);
  }
  return out;
}

TEST_CASE("sensitivity: the rows cover objectives and residuals and sizes and budgets",
          "[fit][identity]") {
  const RunTable runs = with_outlier();
  const SensitivityReport report = sensitivity("chinchilla", runs, few_starts());
  CHECK(report.base.status == FitStatus::kConverged);

  std::vector<double> deltas;
  for (const SensitivityRow& row : rows_of_kind(report, Variation::kDelta)) {
    deltas.push_back(row.huber_delta);
    CHECK(row.residual == Residual::kLog);
    CHECK(row.report.num_runs == 20);
  }
  CHECK(deltas == std::vector<double>{1e-4, 1e-3, 1e-2, 1e-1, 1.0, kLeastAbsoluteDelta,
                                      std::numeric_limits<double>::infinity()});
  const auto raw = rows_of_kind(report, Variation::kResidual);
  REQUIRE(raw.size() == 1);
  CHECK(raw[0].residual == Residual::kRaw);

  // 1, 2, 5 and 5 % of 20, which is 1.
  std::vector<std::size_t> counts;
  for (const SensitivityRow& row : rows_of_kind(report, Variation::kWorst)) {
    counts.push_back(row.dropped.size());
    CHECK(row.report.num_runs == 20 - row.dropped.size());
  }
  CHECK(counts == std::vector<std::size_t>{1, 2, 5});

  const auto sizes = rows_of_kind(report, Variation::kSize);
  REQUIRE(sizes.size() == 5);
  CHECK(sizes[0].bin.low == 1e8);
  CHECK(sizes[0].dropped == Rows{0, 1, 2, 3});
  // Each budget in one row, each run in one budget.
  Rows dropped;
  for (const SensitivityRow& row : rows_of_kind(report, Variation::kBudget)) {
    dropped.insert(dropped.end(), row.dropped.begin(), row.dropped.end());
  }
  std::sort(dropped.begin(), dropped.end());
  REQUIRE(dropped.size() == 20);
  CHECK(std::adjacent_find(dropped.begin(), dropped.end()) == dropped.end());
}

TEST_CASE("sensitivity: a row is the fit of what it says", "[fit][identity]") {
  const RunTable runs = with_outlier();
  const SensitivityOptions options = few_starts();
  const SensitivityReport report = sensitivity("chinchilla", runs, options);
  FitOptions squares = options.fit;
  squares.huber_delta = std::numeric_limits<double>::infinity();
  squares.num_starts = options.num_starts;
  squares.first_starts = {report.base.coefficients};
  CHECK(rows_of_kind(report, Variation::kDelta).back().report.coefficients ==
        fit("chinchilla", runs, squares).coefficients);

  const SensitivityRow size = rows_of_kind(report, Variation::kSize).front();
  FitOptions without = options.fit;
  without.num_starts = options.num_starts;
  without.first_starts = {report.base.coefficients};
  Rows left;
  for (std::size_t i = 4; i < 20; ++i) left.push_back(i);
  CHECK(size.report.coefficients ==
        fit("chinchilla", select_rows(runs, left), without).coefficients);
}

TEST_CASE("sensitivity: the row of the base objective is the base fit", "[fit][identity]") {
  const SensitivityReport report = sensitivity("chinchilla", with_outlier(), few_starts());
  const SensitivityRow same = rows_of_kind(report, Variation::kDelta).at(1);
  REQUIRE(same.huber_delta == 1e-3);
  // Both are minima to rounding; other starts lead there.
  CHECK(same.report.objective == Approx(report.base.objective).epsilon(1e-9));
}

TEST_CASE("sensitivity: the worst residual is the planted outlier", "[fit][recovery]") {
  const SensitivityReport report = sensitivity("chinchilla", with_outlier(), few_starts());
  CHECK(rows_of_kind(report, Variation::kWorst).front().dropped == Rows{7});
  // Where it is left out, least absolute deviations have nothing to be robust against.
  CHECK(report.log_residuals[7] < -0.05);
}

TEST_CASE("sensitivity: least squares move most without the planted outlier", "[fit][recovery]") {
  SensitivityOptions options = few_starts();
  options.fit.huber_delta = std::numeric_limits<double>::infinity();
  const SensitivityReport report = sensitivity("chinchilla", with_outlier(), options);
  REQUIRE(report.left_out.size() == 20);
  std::size_t most = 0;
  double largest = 0.0;
  for (const RunLeftOut& without : report.left_out) {
    CHECK(without.report.num_runs == 19);
    const double drop = report.base.objective - without.report.objective;
    if (drop > largest) largest = drop, most = without.run;
  }
  CHECK(most == 7);
}

TEST_CASE("sensitivity: no more runs are left out than asked for", "[fit][identity]") {
  SensitivityOptions options = few_starts();
  options.max_influence = 3;
  const SensitivityReport report = sensitivity("chinchilla", with_outlier(), options);
  REQUIRE(report.left_out.size() == 3);
  CHECK(std::any_of(report.left_out.begin(), report.left_out.end(),
                    [](const RunLeftOut& w) { return w.run == 7; }));
}

TEST_CASE("sensitivity: any number of threads gives the same bits", "[fit][identity]") {
  SensitivityOptions options = few_starts();
  options.fit.num_threads = 1;
  const SensitivityReport one = sensitivity("chinchilla", with_outlier(), options);
  options.fit.num_threads = 3;
  const SensitivityReport three = sensitivity("chinchilla", with_outlier(), options);
  for (std::size_t i = 0; i < one.rows.size(); ++i) {
    CHECK(one.rows[i].report.coefficients == three.rows[i].report.coefficients);
  }
  for (std::size_t i = 0; i < one.left_out.size(); ++i) {
    CHECK(one.left_out[i].report.coefficients == three.left_out[i].report.coefficients);
  }
}

TEST_CASE("sensitivity: a refit with too few runs says so", "[fit][refusal]") {
  const RunTable all = planted_runs(Chinchilla{}, kHoffmann, 0.01);
  const RunTable few = select_rows(all, Rows{0, 3, 5, 9, 13, 17});
  const SensitivityReport report = sensitivity("chinchilla", few, few_starts());
  const auto worst = rows_of_kind(report, Variation::kWorst);
  REQUIRE(worst.size() == 3);
  CHECK(worst[2].note == "1 runs cannot determine 5 coefficients");
  CHECK(worst[2].report.status == FitStatus::kFailed);
  CHECK(worst[0].note.empty());
}

TEST_CASE("bins_of: values alike in two digits share a bin", "[fit][identity]") {
  const std::vector<Bin> bins = bins_of({1.004e9, 3e8, 1e9, 9.96e8, 1.06e9});
  REQUIRE(bins.size() == 3);
  CHECK(bins[0].rows == Rows{1});
  CHECK(bins[1].rows == Rows{0, 2, 3});
  CHECK(bins[1].range.low == 9.96e8);
  CHECK(bins[1].range.high == 1.004e9);
  CHECK(bins[2].rows == Rows{4});
}

TEST_CASE("bins_of: more than twelve values are binned by factors of two", "[fit][identity]") {
  std::vector<double> values;
  for (int i = 16; i < 64; ++i) values.push_back(i);
  const std::vector<Bin> bins = bins_of(values);
  REQUIRE(bins.size() == 2);
  CHECK(bins[0].range.high == 31.0);
  CHECK(bins[1].rows.size() == 32);
}

}  // namespace
}  // namespace isoflop::testing::sensitivity_test
