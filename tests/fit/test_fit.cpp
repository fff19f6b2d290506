#include <algorithm>
#include <numeric>

#include "catch.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/laws/list.hpp"
#include "planted_runs.hpp"

namespace isoflop::testing::fit_test {
namespace {

/// Enough starts for two of them to agree, few enough for a quick test.
FitOptions few_starts() {
  FitOptions options;
  options.num_starts = 40;
  return options;
}

/// Noiseless losses are exact to 1e-16. Through the condition number of the Hessian, 1e7 for
/// chinchilla and 1e9 with granularity, that leaves coefficients 1e-16 * sqrt(1e9) = 1e-11 off; the
/// rest is what the optimiser may leave where the objective underflows its stopping test.
constexpr double kRecovery = 1e-8;

double largest_relative_error(const std::vector<double>& found, const std::vector<double>& wanted) {
  double out = 0.0;
  for (std::size_t p = 0; p < wanted.size(); ++p) {
    out = std::max(out, std::abs(found.at(p) / wanted[p] - 1.0));
  }
  return out;
}

TEST_CASE("fit: noiseless runs give back the coefficients of every law", "[fit][recovery]") {
  for_each_law([](const auto& law) {
    INFO("law " << name_of(law));
    if (!row_of(law).undetermined.empty()) return;  // test_recover_laws.cpp has those
    const RunTable runs = planted_runs(law, published_coefficients(law));
    const FitReport report = fit(name_of(law), runs, few_starts());
    CHECK(report.status == FitStatus::kConverged);
    CHECK(largest_relative_error(report.coefficients, published_coefficients(law)) < kRecovery);
    CHECK(report.at_bound.empty());
  });
}

TEST_CASE("fit: raw residuals give back the coefficients as well", "[fit][recovery]") {
  FitOptions options = few_starts();
  options.residual = Residual::kRaw;
  const FitReport report = fit(Chinchilla::kName, planted_runs(Chinchilla{}, kHoffmann), options);
  CHECK(report.status == FitStatus::kConverged);
  CHECK(largest_relative_error(report.coefficients, kHoffmann) < kRecovery);
}

TEST_CASE("fit: a fixed coefficient keeps its value and is not counted", "[fit][recovery]") {
  FitOptions options = few_starts();
  options.fixed["c"] = 0.472;
  const FitReport report =
      fit(FineGrainedMoe::kName, planted_runs(FineGrainedMoe{}, kKrajewski), options);
  CHECK(report.status == FitStatus::kConverged);
  CHECK(report.num_free == 6);
  CHECK(report.coefficients[6] == Approx(0.472).epsilon(1e-15));  // exp(log 0.472)
  CHECK(largest_relative_error(report.coefficients, kKrajewski) < kRecovery);
}

TEST_CASE("fit: tied coefficients take one value", "[fit][recovery]") {
  const std::vector<double> planted{1.7, 400.0, 0.31, 500.0, 0.31};
  FitOptions options = few_starts();
  options.tied.emplace_back("alpha", "beta");
  const FitReport report = fit(Chinchilla::kName, planted_runs(Chinchilla{}, planted), options);
  CHECK(report.status == FitStatus::kConverged);
  CHECK(report.num_free == 4);
  CHECK(report.coefficients[2] == report.coefficients[4]);
  CHECK(largest_relative_error(report.coefficients, planted) < kRecovery);
}

TEST_CASE("fit: every coefficient fixed leaves the objective to be reported", "[fit][identity]") {
  FitOptions options;
  for (std::size_t p = 0; p < 5; ++p) {
    options.fixed[std::string(Chinchilla::kCoefficients[p].name)] = kHoffmann[p];
  }
  const FitReport report =
      fit(Chinchilla::kName, planted_runs(Chinchilla{}, kHoffmann, 0.01), options);
  CHECK(report.status == FitStatus::kConverged);
  CHECK(report.num_free == 0);
  CHECK(report.objective > 0.0);
}

/// E = 1e-12 is nothing beside losses of about 0.3.
FitReport fit_without_irreducible_loss() {
  const std::vector<double> planted{1e-12, 406.4, 0.34, 410.7, 0.28};
  return fit(Chinchilla::kName, planted_runs(Chinchilla{}, planted), few_starts());
}

TEST_CASE("fit: runs without irreducible loss end on its floor and say so", "[fit][recovery]") {
  const FitReport report = fit_without_irreducible_loss();
  CHECK(report.at_bound == std::vector<std::string>{"E"});
  CHECK(report.coefficients[0] == Approx(kIrreducibleLossFloor).epsilon(1e-15));
}

TEST_CASE("fit: a minimum on a bound is a converged fit", "[fit][recovery]") {
  const FitReport report = fit_without_irreducible_loss();
  CHECK(report.questions.optimum.word == OptimumWord::kFound);
  CHECK(report.status == FitStatus::kConverged);
}

TEST_CASE("fit: a weight of zero is as good as no run", "[fit][identity]") {
  RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.01);
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    runs.weight.push_back(i % 3 == 0 ? 0.0 : 1.0);
    if (i % 3 != 0) kept.push_back(i);
  }
  const FitReport with_zeros = fit(Chinchilla::kName, runs, few_starts());
  const FitReport without = fit(Chinchilla::kName, rows_of(runs, kept), few_starts());
  // The same sum in another order: the minimum moves by roundings times the condition number 1e7.
  CHECK(with_zeros.objective == Approx(without.objective).epsilon(1e-12));
  CHECK(largest_relative_error(with_zeros.coefficients, without.coefficients) < 1e-8);
  CHECK(with_zeros.rmse_log == Approx(without.rmse_log).epsilon(1e-8));
}

TEST_CASE("fit: a weight of two is the run twice", "[fit][identity]") {
  RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.01);
  std::vector<std::size_t> doubled;
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    runs.weight.push_back(i % 4 == 0 ? 2.0 : 1.0);
    doubled.insert(doubled.end(), i % 4 == 0 ? 2 : 1, i);
  }
  RunTable twice = rows_of(runs, doubled);
  twice.weight.clear();
  const FitReport weighted = fit(Chinchilla::kName, runs, few_starts());
  const FitReport repeated = fit(Chinchilla::kName, twice, few_starts());
  // As for weights of zero.
  CHECK(weighted.objective == Approx(repeated.objective).epsilon(1e-12));
  CHECK(largest_relative_error(weighted.coefficients, repeated.coefficients) < 1e-8);
  CHECK(weighted.rmse_nats == Approx(repeated.rmse_nats).epsilon(1e-8));
}

TEST_CASE("fit: the ranges are those of the runs", "[fit][identity]") {
  const FitReport report =
      fit(FineGrainedMoe::kName, planted_runs(FineGrainedMoe{}, kKrajewski), few_starts());
  CHECK(report.ranges[Variable::kN]->low == 1e8);
  CHECK(report.ranges[Variable::kN]->high == 1e10);
  CHECK(report.ranges[Variable::kD]->high == 2.5e11);
  CHECK(report.ranges[Variable::kG]->high == 16.0);
  CHECK(report.ranges.d_per_n->low == 0.2);
  CHECK(report.ranges.d_per_n->high == 2500.0);
}

TEST_CASE("fit: the worst residuals come first and belong to their runs", "[fit][identity]") {
  RunTable runs = planted_runs(Chinchilla{}, kHoffmann);
  runs.loss[7] *= 1.2;
  runs.loss[3] *= 0.9;
  const FitReport report = fit(Chinchilla::kName, runs, few_starts());
  REQUIRE(report.worst.size() == 10);
  CHECK(report.worst[0].run == 7);
  CHECK(report.worst[0].observed == runs.loss[7]);
  CHECK(report.worst[1].run == 3);
  // The Huber objective leaves two outliers among 20 runs where they are, to about delta.
  CHECK(report.worst[0].log_residual == Approx(-std::log(1.2)).epsilon(0.05));
  CHECK(report.worst[0].predicted ==
        Approx(report.worst[0].observed * std::exp(report.worst[0].log_residual)).epsilon(1e-14));
  CHECK(std::is_sorted(report.worst.begin(), report.worst.end(), [](const auto& a, const auto& b) {
    return std::abs(a.log_residual) > std::abs(b.log_residual);
  }));
}

TEST_CASE("fit: the errors are root mean squares of the residuals", "[fit][identity]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.01);
  const FitReport report = fit(Chinchilla::kName, runs, few_starts());
  double squares_log = 0.0, squares_nats = 0.0;
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    const double predicted = loss_of_row(Chinchilla::kName, report.coefficients, runs, i);
    squares_log += std::pow(std::log(predicted / runs.loss[i]), 2);
    squares_nats += std::pow(predicted - runs.loss[i], 2);
  }
  const double count = static_cast<double>(runs.num_runs());
  // Residuals of 1 % keep 14 digits of a loss near 2.
  CHECK(report.rmse_log == Approx(std::sqrt(squares_log / count)).epsilon(1e-12));
  CHECK(report.rmse_nats == Approx(std::sqrt(squares_nats / count)).epsilon(1e-12));
}

}  // namespace
}  // namespace isoflop::testing::fit_test
