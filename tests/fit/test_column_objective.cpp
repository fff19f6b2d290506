#include <ceres/jet.h>

#include <cmath>
#include <limits>

#include "catch.hpp"
#include "compiled_laws.hpp"
#include "difference.hpp"
#include "isoflop/fit/column_objective.hpp"
#include "isoflop/laws/list.hpp"
#include "planted_runs.hpp"
#include "within.hpp"

namespace isoflop::testing {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// 13 runs, so that one block of eight is not full, each of another weight and off by about 2 %.
template <Law L>
RunTable thirteen_runs(const L& law) {
  std::vector<std::size_t> rows(13);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
  RunTable runs = rows_of(planted_runs(law, published_coefficients(law), 0.02), rows);
  for (std::size_t i = 0; i < rows.size(); ++i) runs.weight.push_back(0.5 + 0.125 * double(i));
  return runs;
}

/// A little off the coefficients behind the runs.
template <Law L>
auto theta_near_planted(const L& law) {
  auto theta = to_axis(law, published_coefficients(law));
  for (std::size_t p = 0; p < theta.size(); ++p) theta[p] += 1e-4 * (p % 2 == 0 ? 1.0 : -1.0);
  return theta;
}

/// f(law, objective, theta, runs, delta, residual) for every law, both residuals, and both least
/// squares and a delta that about half of the residuals exceed.
template <class F>
void on_every_objective(const F& f) {
  for_each_law([&]<Law L>(const L& law) {
    for (const Residual residual : {Residual::kLog, Residual::kRaw}) {
      for (const double delta : {0.01, kInfinity}) {
        INFO("law " << name_of(law) << (residual == Residual::kLog ? " log" : " raw"));
        CAPTURE(delta);
        const RunTable runs = thirteen_runs(law);
        const ColumnObjective<L> objective(law, runs, HuberLoss(delta), residual);
        f(law, objective, theta_near_planted(law), runs, delta, residual);
      }
    }
  });
}

template <Law L, class T>
T residual_of_row(const L& law, const std::array<T, kNumCoefficients<L>>& theta,
                  const RunTable& runs, std::size_t row, Residual residual) {
  using std::exp;
  std::array<double, kNumVariablesOf<L>> log_x;
  for (std::size_t v = 0; v < log_x.size(); ++v) {
    log_x[v] = std::log(runs.column(variables_of(law)[v])[row]);
  }
  const T log_loss = law.log_loss(theta, log_x);
  return residual == Residual::kLog ? T(log_loss - std::log(runs.loss[row]))
                                    : T(exp(log_loss) - runs.loss[row]);
}

TEST_CASE("ColumnObjective: the value is the sum of Huber losses run by run", "[fit][identity]") {
  on_every_objective([]<Law L>(const L& law, const auto& objective, const auto& theta,
                               const RunTable& runs, double delta, Residual residual) {
    double sum = 0.0;
    std::size_t num_beyond = 0;
    for (std::size_t i = 0; i < runs.num_runs(); ++i) {
      const double r = std::abs(residual_of_row(law, theta, runs, i, residual));
      num_beyond += r > delta;
      sum += runs.weight[i] * (r <= delta ? 0.5 * r * r : delta * (r - 0.5 * delta));
    }
    if (std::isfinite(delta)) CHECK((num_beyond > 0 && num_beyond < runs.num_runs()));
    // Another order of summation, and residuals of 1e-2 that keep 14 digits of a loss near 1.
    CHECK(objective.value(theta) == Approx(sum).epsilon(1e-12));
    CHECK(objective.template evaluate<1>(theta).value == Approx(sum).epsilon(1e-12));
    CHECK(objective.template evaluate<2>(theta).value == Approx(sum).epsilon(1e-12));
  });
}

TEST_CASE("ColumnObjective: the gradient is that by finite differences", "[fit][derivative]") {
  on_every_objective([](const auto&, const auto& objective, const auto& theta, auto&&...) {
    const auto at = objective.template evaluate<2>(theta);
    CHECK((objective.template evaluate<1>(theta).gradient - at.gradient).norm() <=
          1e-13 * at.gradient.norm());
    for (std::size_t p = 0; p < theta.size(); ++p) {
      // Truncation h^4 / 30 times a fifth derivative of up to 1e13, in the law of leverage;
      // rounding 1e-15 / h.
      constexpr double kStep = 1e-6;
      const double slope =
          difference([&](double x) { return objective.value(moved(theta, p, x)); }, kStep);
      CHECK(at.gradient[static_cast<Eigen::Index>(p)] == within(slope, 1e-7));
    }
  });
}

TEST_CASE("ColumnObjective: the Hessian is that by finite differences", "[fit][derivative]") {
  on_every_objective([](const auto&, const auto& objective, const auto& theta, auto&&...) {
    const auto at = objective.template evaluate<2>(theta);
    for (std::size_t p = 0; p < theta.size(); ++p) {
      constexpr double kStep = 1e-6;
      auto up = theta, down = theta;
      up[p] += kStep;
      down[p] -= kStep;
      const auto column = static_cast<Eigen::Index>(p);
      const auto difference = ((objective.template evaluate<1>(up).gradient -
                                objective.template evaluate<1>(down).gradient) /
                               (2.0 * kStep))
                                  .eval();
      // Truncation h^2 / 6 times (ln N)^2 = 700 relative to the largest entry; rounding 1e-14 / h.
      const double tolerance = 1e-8 * (1.0 + at.hessian.cwiseAbs().maxCoeff());
      CHECK((at.hessian.col(column) - difference).cwiseAbs().maxCoeff() < tolerance);
    }
    CHECK(at.hessian == at.hessian.transpose());
  });
}

TEST_CASE("ColumnObjective: the Gauss-Newton matrix reweights the products of slopes",
          "[fit][derivative]") {
  on_every_objective([]<Law L>(const L& law, const auto& objective, const auto& theta,
                               const RunTable& runs, double delta, Residual residual) {
    using Objective = std::decay_t<decltype(objective)>;
    using Jet = ceres::Jet<double, static_cast<int>(kNumCoefficients<L>)>;
    std::array<Jet, kNumCoefficients<L>> jets;
    for (std::size_t p = 0; p < jets.size(); ++p) jets[p] = Jet(theta[p], static_cast<int>(p));
    typename Objective::Matrix sum = Objective::Matrix::Zero();
    for (std::size_t i = 0; i < runs.num_runs(); ++i) {
      const Jet r = residual_of_row(law, jets, runs, i, residual);
      sum += runs.weight[i] * std::min(1.0, delta / std::abs(r.a)) * r.v * r.v.transpose();
    }
    const auto at = objective.template evaluate<1>(theta);
    // Residuals beyond delta enter by 1 / r, which keeps 14 digits.
    CHECK((at.gauss_newton - sum).norm() <= 1e-12 * sum.norm());
    const auto second = objective.template evaluate<2>(theta);
    CHECK((second.diagonal - sum.diagonal()).norm() <= 1e-12 * sum.norm());
  });
}

TEST_CASE("ColumnObjective: weights multiply the losses of their runs", "[fit][identity]") {
  RunTable runs = thirteen_runs(Chinchilla{});
  const auto theta = theta_near_planted(Chinchilla{});
  const HuberLoss huber(0.02);
  const double once =
      ColumnObjective<Chinchilla>(Chinchilla{}, runs, huber, Residual::kLog).value(theta);
  for (double& w : runs.weight) w *= 2.0;
  const double twice =
      ColumnObjective<Chinchilla>(Chinchilla{}, runs, huber, Residual::kLog).value(theta);
  CHECK(twice == 2.0 * once);  // powers of two are exact
}

TEST_CASE("ColumnObjective: runs without weights count once", "[fit][identity]") {
  RunTable runs = thirteen_runs(Chinchilla{});
  const auto theta = theta_near_planted(Chinchilla{});
  runs.weight.clear();
  const ColumnObjective<Chinchilla> without(Chinchilla{}, runs, HuberLoss(0.02), Residual::kLog);
  runs.weight.assign(runs.num_runs(), 1.0);
  const ColumnObjective<Chinchilla> with(Chinchilla{}, runs, HuberLoss(0.02), Residual::kLog);
  CHECK(without.value(theta) == with.value(theta));
}

TEST_CASE("ColumnObjective: a variable that the runs lack is refused", "[fit][refusal]") {
  const RunTable runs = thirteen_runs(Chinchilla{});  // without G
  CHECK_THROWS_AS(
      ColumnObjective<FineGrainedMoe>(FineGrainedMoe{}, runs, HuberLoss(1.0), Residual::kLog),
      InvalidArgument);
}

}  // namespace
}  // namespace isoflop::testing
