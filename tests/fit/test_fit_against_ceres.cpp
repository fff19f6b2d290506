// The minimum of a fit, handed to Ceres run by run with its own derivatives and its own robust
// loss: it finds nothing better.
#include <ceres/ceres.h>

#include <cmath>
#include <limits>

#include "catch.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/laws/list.hpp"
#include "planted_runs.hpp"

namespace isoflop::testing::fit_against_ceres_test {
namespace {

/// ln L - ln L_i (or L - L_i) of one run, differentiated by Ceres.
template <Law L>
struct RunCost {
  L law;
  std::array<double, kNumVariablesOf<L>> log_x;
  double observed;
  Residual residual;

  template <class T>
  bool operator()(const T* theta, T* out) const {
    using std::exp;
    std::array<T, kNumCoefficients<L>> all;
    std::copy(theta, theta + all.size(), all.begin());
    const T log_loss = law.log_loss(all, log_x);
    *out =
        residual == Residual::kLog ? T(log_loss - std::log(observed)) : T(exp(log_loss) - observed);
    return true;
  }
};

struct CeresResult {
  double start, end;
};

/// Objective at the coefficients of the report, and where Ceres takes it from there.
template <Law L>
CeresResult continue_with_ceres(const L& law, const RunTable& runs, const FitOptions& options,
                                const FitReport& report) {
  constexpr int kP = static_cast<int>(kNumCoefficients<L>);
  auto theta = to_axis(law, report.coefficients);
  ceres::Problem problem;
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    auto* const cost = new RunCost<L>{law, {}, runs.loss[i], options.residual};
    for (std::size_t v = 0; v < cost->log_x.size(); ++v) {
      cost->log_x[v] = std::log(runs.column(variables_of(law)[v])[i]);
    }
    // Half of Ceres's rho(r^2) is Huber's loss of r at the same delta.
    ceres::LossFunction* const robust =
        std::isfinite(options.huber_delta) ? new ceres::HuberLoss(options.huber_delta) : nullptr;
    problem.AddResidualBlock(new ceres::AutoDiffCostFunction<RunCost<L>, 1, kP>(cost), robust,
                             theta.data());
  }
  ceres::Solver::Options solver;
  solver.linear_solver_type = ceres::DENSE_QR;
  solver.logging_type = ceres::SILENT;
  solver.max_num_iterations = 200;
  solver.function_tolerance = solver.gradient_tolerance = solver.parameter_tolerance = 1e-16;
  ceres::Solver::Summary summary;
  ceres::Solve(solver, &problem, &summary);
  return {summary.initial_cost, summary.final_cost};
}

template <Law L>
void check_against_ceres(const L& law, double delta, Residual residual) {
  INFO("law " << name_of(law));
  const RunTable runs = planted_runs(law, published_coefficients(law), 0.01);
  FitOptions options;
  options.num_starts = 30;
  options.huber_delta = delta;
  options.residual = residual;
  const FitReport report = fit(name_of(law), runs, options);
  // With ten coefficients and noise a law has many minima, and so few starts need not find the
  // lowest twice; that there is none beside it is still the claim.
  // Nor do starts agree along a coefficient that no run tells.
  const bool few_minima = kNumCoefficients<L> <= 7 && row_of(law).undetermined.empty();
  REQUIRE(report.status >= (few_minima ? FitStatus::kConverged : FitStatus::kNotConverged));
  const CeresResult ceres = continue_with_ceres(law, runs, options, report);
  // Residuals near 1 % keep 14 digits of a loss near 1, and their sum as many.
  CHECK(ceres.start == Approx(report.objective).epsilon(1e-12));
  if (!few_minima && !report.at_bound.empty()) return;  // Ceres, which has no bounds, may go on
  // Beyond this share Ceres would have found a better minimum.
  CHECK(ceres.end >= report.objective * (1.0 - 1e-10));
}

TEST_CASE("fit: Ceres cannot improve a least squares fit", "[fit][identity]") {
  for_each_law([](const auto& law) {
    check_against_ceres(law, std::numeric_limits<double>::infinity(), Residual::kLog);
  });
}

TEST_CASE("fit: Ceres cannot improve a fit with the Huber loss", "[fit][identity]") {
  for_each_law([](const auto& law) { check_against_ceres(law, 1e-3, Residual::kLog); });
}

TEST_CASE("fit: Ceres cannot improve a fit of raw residuals", "[fit][identity]") {
  for_each_law([](const auto& law) { check_against_ceres(law, 1e-2, Residual::kRaw); });
}

}  // namespace
}  // namespace isoflop::testing::fit_against_ceres_test
