// Formulas beyond the smaller of the two sizes that fits are compiled for.
#include <cmath>
#include <memory>
#include <string>

#include "catch.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/fit/fit_law.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/formula_law.hpp"
#include "isoflop/laws/log_losses.hpp"

namespace isoflop::testing::large_formula_test {
namespace {

constexpr std::size_t kNumOwn = 6, kNumFree = 30;

/// A/N^alpha and a quadratic in six variables of any sign: 30 coefficients.
FormulaLaw large_law() {
  std::string expression = "A*N^-alpha + w0";
  std::vector<std::string> variables{"N"}, coefficients{"A", "alpha", "w0"};
  std::vector<Variable> ids{Variable::kN};
  std::vector<OwnVariable> own;
  std::vector<bool> plain{false};
  for (std::size_t i = 0; i < kNumOwn; ++i) {
    const std::string name = "x" + std::to_string(i);
    variables.push_back(name);
    ids.push_back(own_variable(true, i));
    own.push_back({name, name, "", "", OwnValues::kAny});
    plain.push_back(true);
  }
  auto add = [&](const std::string& term) {
    coefficients.push_back("w" + std::to_string(coefficients.size() - 2));
    expression += " + " + coefficients.back() + "*" + term;
  };
  for (std::size_t i = 0; i < kNumOwn; ++i) add(variables[i + 1]);
  for (std::size_t i = 0; i < kNumOwn; ++i) {
    for (std::size_t j = i; j < kNumOwn; ++j) add(variables[i + 1] + "*" + variables[j + 1]);
  }
  std::vector<FormulaCoefficient> about{{"A", "", Scale::kLog, 1e-3, 1e9, 1.0, 1e4},
                                        {"alpha", "", Scale::kLinear, 0.01, 2.0, 0.1, 0.8}};
  about.push_back({"w0", "", Scale::kLinear, -10.0, 10.0, 1.0, 3.0});
  for (std::size_t p = 3; p < coefficients.size(); ++p) {
    about.push_back({coefficients[p], "", Scale::kLinear, -10.0, 10.0, -0.05, 0.05});
  }
  return FormulaLaw(
      {"large", "", "", Formula(expression, variables, coefficients, plain), ids, about, own});
}

std::vector<double> truth() {
  std::vector<double> out{400.0, 0.34, 1.9};
  for (std::size_t p = 3; p < kNumFree; ++p) {
    out.push_back(0.03 * std::sin(static_cast<double>(5 * p)));
  }
  return out;
}

RunTable planted(const AnyLaw& law, double noise) {
  Random random(17);
  RunTable runs;
  for (std::size_t i = 0; i < 400; ++i) {
    runs.column(Variable::kN).push_back(std::exp(random.uniform(std::log(1e7), std::log(1e10))));
    for (std::size_t v = 0; v < kNumOwn; ++v) {
      runs.column(own_variable(true, v)).push_back(random.uniform(-1.0, 1.0));
    }
    runs.loss.push_back(0.0);
  }
  runs.loss = log_losses(law, truth(), runs);
  for (double& x : runs.loss) x = std::exp(x + noise * random.normal());
  return runs;
}

FitOptions options() {
  FitOptions out;
  out.num_starts = 12;
  out.profile = false;
  return out;
}

TEST_CASE("large formula: 30 coefficients come back from their own values",
          "[fit][formula][recovery]") {
  const AnyLaw law = large_law();
  REQUIRE(law.formula()->is_large());
  REQUIRE(law.formula()->coefficients().size() == kNumFree);
  const FitReport report = fit(law, planted(law, 0.0), options());
  CHECK(report.num_free == kNumFree);
  REQUIRE(report.coefficients.size() == kNumFree);
  for (std::size_t p = 0; p < kNumFree; ++p) {
    CAPTURE(p);
    CHECK(std::abs(report.coefficients[p] - truth()[p]) <
          1e-6 * std::max(1.0, std::abs(truth()[p])));
  }
}

TEST_CASE("large formula: resamples are refitted and certified", "[fit][formula][recovery]") {
  const AnyLaw law = large_law();
  const RunTable runs = planted(law, 0.002);
  const FitReport report = fit(law, runs, options());
  CHECK(report.questions.optimum.word == OptimumWord::kFound);
  const BootstrapReport draws =
      bootstrap(law, runs, options(), report, {.resamples = 40, .seed = 1, .jackknife = false});
  CHECK(draws.certified == 40);
  const auto intervals = coefficient_intervals(report.coefficients, draws.draws);
  std::size_t covered = 0;
  for (std::size_t p = 0; p < kNumFree; ++p) {
    covered += intervals[p].range.low <= truth()[p] && truth()[p] <= intervals[p].range.high;
  }
  CHECK(covered >= 24);  // of 30 at 95 %, from 40 draws: fewer is less likely than 1e-3
}

TEST_CASE("large formula: first and second derivatives are those of differences",
          "[fit][formula][derivative]") {
  const AnyLaw law = large_law();
  const RunTable runs = planted(law, 0.002);
  const std::unique_ptr<const FitLaw> fitted = fit_law(law);
  const auto objective =
      fitted->objective(runs, HuberLoss(10.0), Residual::kLog);  // no run beyond it
  std::vector<double> axis = to_axis(fitted->facts(), truth());
  axis[1] += 0.003;
  CoefficientVector at =
      Eigen::Map<const CoefficientVector>(axis.data(), static_cast<Eigen::Index>(axis.size()));
  const Derivatives there = objective->second_order(at);
  const double step = 1e-5;
  for (Eigen::Index p = 0; p < static_cast<Eigen::Index>(kNumFree); ++p) {
    CoefficientVector up = at, down = at;
    up[p] += step;
    down[p] -= step;
    const double slope = (objective->value(up) - objective->value(down)) / (2.0 * step);
    CHECK(std::abs(there.gradient[p] - slope) <
          1e-5 * std::max(1.0, there.gradient.cwiseAbs().maxCoeff()));
    const CoefficientVector curve =
        (objective->first_order(up).gradient - objective->first_order(down).gradient) /
        (2.0 * step);
    for (Eigen::Index q = 0; q < static_cast<Eigen::Index>(kNumFree); ++q) {
      CHECK(std::abs(there.curvature(p, q) - curve[q]) <
            1e-3 * std::max(1.0, there.curvature.cwiseAbs().maxCoeff()));
    }
  }
}

}  // namespace
}  // namespace isoflop::testing::large_formula_test
