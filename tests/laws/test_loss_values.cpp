#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "catch.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/laws/law_record.hpp"
#include "isoflop/laws/log_losses.hpp"
#include "isoflop/laws/loss_values.hpp"

namespace isoflop::testing::loss_values_test {
namespace {

/// Rows of a law's variables, one more than whole batches.
std::vector<std::vector<double>> columns_of(const LawFacts& law, std::size_t num_rows) {
  constexpr std::array<double, kNumVariables> kFirst{1e9, 2e10, 2.0, 8.0, 1e10, 0.5, 0.05, 1e20};
  constexpr std::array<double, kNumVariables> kGrowth{1.3, 1.2, 1.05, 1.1, 1.1, 1.02, 1.03, 1.5};
  std::vector<std::vector<double>> out;
  for (const Variable v : law.variables) {
    std::vector<double>& column = out.emplace_back();
    for (std::size_t i = 0; i < num_rows; ++i) {
      const double growth = std::pow(kGrowth[index_of(v)], static_cast<double>(i));
      column.push_back(kFirst[index_of(v)] * growth);
    }
  }
  return out;
}

std::vector<std::span<const double>> spans_of(const std::vector<std::vector<double>>& columns) {
  return {columns.begin(), columns.end()};
}

std::vector<double> row_of(const std::vector<std::vector<double>>& columns, std::size_t i) {
  std::vector<double> out;
  for (const auto& column : columns) out.push_back(column[i]);
  return out;
}

TEST_CASE("loss_values: every published law gives what loss() gives, row by row",
          "[laws][identity]") {
  for (const LawRecord& law : preset_laws()) {
    CAPTURE(law.name);
    const auto columns = columns_of(facts_of(law.law), 17);
    const LossValues values = loss_values(law.law, law.coefficients, spans_of(columns));
    REQUIRE(values.loss.size() == 17);
    CHECK(values.slopes.empty());
    for (std::size_t i = 0; i < 17; ++i) {
      const double one = loss(law.law, law.coefficients, row_of(columns, i));
      CHECK(values.loss[i] == Approx(one).epsilon(1e-14).margin(0.0));
    }
  }
}

TEST_CASE("loss_values: a call that is cancelled ends between rows", "[laws][refusal]") {
  const std::vector<double> n(20'000, 1e9), d(20'000, 2e10);
  const std::vector<double> coefficients{1.69, 406.4, 0.34, 410.7, 0.28};
  int asked = 0;
  CHECK_THROWS_AS(
      loss_values("chinchilla", coefficients, std::vector<std::span<const double>>{n, d},
                  Slopes::kNone, 1, [&] { return ++asked == 2; }),
      Cancelled);
  CHECK(asked == 2);
}

TEST_CASE("loss_values: slopes are those of central differences", "[laws][derivative]") {
  constexpr double kStep = 1e-5;
  for (const LawRecord& law : preset_laws()) {
    CAPTURE(law.name);
    const auto columns = columns_of(facts_of(law.law), 9);
    const auto spans = spans_of(columns);
    const LossValues by_x = loss_values(law.law, law.coefficients, spans, Slopes::kByVariable);
    const LossValues by_c = loss_values(law.law, law.coefficients, spans, Slopes::kByCoefficient);
    for (std::size_t i = 0; i < 9; i += 4) {
      const std::vector<double> x = row_of(columns, i);
      for (std::size_t v = 0; v < x.size(); ++v) {
        std::vector<double> up = x, down = x;
        up[v] *= 1.0 + kStep, down[v] *= 1.0 - kStep;
        const double slope =
            (loss(law.law, law.coefficients, up) - loss(law.law, law.coefficients, down)) /
            (2.0 * kStep * x[v]);
        // Truncation is of the order of kStep^2, rounding of 1e-16 / kStep of the loss.
        CHECK(by_x.slopes[i * x.size() + v] == Approx(slope).epsilon(1e-6).margin(1e-10 / x[v]));
      }
      const std::size_t num = law.coefficients.size();
      for (std::size_t p = 0; p < num; ++p) {
        std::vector<double> up = law.coefficients, down = law.coefficients;
        const double step = kStep * law.coefficients[p];
        up[p] += step, down[p] -= step;
        const double slope = (loss(law.law, up, x) - loss(law.law, down, x)) / (2.0 * step);
        CHECK(by_c.slopes[i * num + p] ==
              Approx(slope).epsilon(1e-6).margin(1e-10 / std::abs(law.coefficients[p])));
      }
    }
  }
}

TEST_CASE("loss_values: the outcome does not depend on the number of threads", "[laws][identity]") {
  const LawRecord law = find_law("krajewski2024-e64");
  const auto few = columns_of(facts_of(law.law), 100);
  std::vector<std::vector<double>> columns(few.size());
  for (std::size_t i = 0; i < 10'001; ++i) {
    for (std::size_t v = 0; v < few.size(); ++v) columns[v].push_back(few[v][i % 60]);
  }
  const auto spans = spans_of(columns);
  const LossValues one = loss_values(law.law, law.coefficients, spans, Slopes::kByVariable, 1);
  const LossValues many = loss_values(law.law, law.coefficients, spans, Slopes::kByVariable, 7);
  CHECK(one.loss == many.loss);
  CHECK(one.slopes == many.slopes);
}

TEST_CASE("loss_values: what is no number gives none, and does not touch its neighbours",
          "[laws][identity]") {
  const LawRecord law = find_law("hoffmann2022");
  const std::vector<double> n{1e9, std::numeric_limits<double>::quiet_NaN(), 1e9};
  const std::vector<double> d{2e10, 2e10, 2e10};
  const std::vector<std::span<const double>> columns{n, d};
  const LossValues values = loss_values(law.law, law.coefficients, columns);
  CHECK(std::isnan(values.loss[1]));
  CHECK(values.loss[0] == values.loss[2]);
  CHECK(std::isfinite(values.loss[0]));
}

TEST_CASE("loss_values: no rows give nothing, and columns that do not fit are refused",
          "[laws][refusal]") {
  const LawRecord law = find_law("hoffmann2022");
  const std::vector<double> none, one{1e9}, two{1e9, 2e9};
  using Spans = std::vector<std::span<const double>>;
  CHECK(loss_values(law.law, law.coefficients, Spans{none, none}).loss.empty());
  CHECK_THROWS_AS(loss_values(law.law, law.coefficients, Spans{one, two}), InvalidArgument);
  CHECK_THROWS_AS(loss_values(law.law, law.coefficients, Spans{one}), InvalidArgument);
}

}  // namespace
}  // namespace isoflop::testing::loss_values_test
