#include <ceres/jet.h>

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "catch.hpp"
#include "difference.hpp"
#include "isoflop/fit/fit_law.hpp"
#include "isoflop/laws/list.hpp"
#include "planted_runs.hpp"
#include "within.hpp"

namespace isoflop::testing::column_objective_test {
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

template <std::size_t P>
CoefficientVector as_vector(const std::array<double, P>& theta) {
  return Eigen::Map<const Eigen::VectorXd>(theta.data(), static_cast<Eigen::Index>(P));
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
        const std::unique_ptr<Objective> objective =
            fit_law(name_of(law))->objective(runs, HuberLoss(delta), residual);
        f(law, *objective, theta_near_planted(law), runs, delta, residual);
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
  on_every_objective([]<Law L>(const L& law, const Objective& objective, const auto& theta,
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
    CHECK(objective.value(as_vector(theta)) == Approx(sum).epsilon(1e-12));
    CHECK(objective.first_order(as_vector(theta)).value == Approx(sum).epsilon(1e-12));
    CHECK(objective.second_order(as_vector(theta)).value == Approx(sum).epsilon(1e-12));
  });
}

TEST_CASE("ColumnObjective: the gradient is that by finite differences", "[fit][derivative]") {
  on_every_objective([](const auto&, const Objective& objective, const auto& theta, auto&&...) {
    const auto at = objective.second_order(as_vector(theta));
    CHECK((objective.first_order(as_vector(theta)).gradient - at.gradient).norm() <=
          1e-13 * at.gradient.norm());
    for (std::size_t p = 0; p < theta.size(); ++p) {
      // Truncation h^4 / 30 times a fifth derivative of up to 1e13, in the law of leverage;
      // rounding 1e-15 / h.
      constexpr double kStep = 1e-6;
      const double slope = difference(
          [&](double x) { return objective.value(as_vector(moved(theta, p, x))); }, kStep);
      CHECK(at.gradient[static_cast<Eigen::Index>(p)] == within(slope, 1e-7));
    }
  });
}

TEST_CASE("ColumnObjective: the Hessian is that by finite differences", "[fit][derivative]") {
  on_every_objective([](const auto&, const Objective& objective, const auto& theta, auto&&...) {
    const auto at = objective.second_order(as_vector(theta));
    for (std::size_t p = 0; p < theta.size(); ++p) {
      constexpr double kStep = 1e-6;
      auto up = theta, down = theta;
      up[p] += kStep;
      down[p] -= kStep;
      const auto column = static_cast<Eigen::Index>(p);
      const auto difference = ((objective.first_order(as_vector(up)).gradient -
                                objective.first_order(as_vector(down)).gradient) /
                               (2.0 * kStep))
                                  .eval();
      // Truncation h^2 / 6 times (ln N)^2 = 700 relative to the largest entry; rounding 1e-14 / h.
      const double tolerance = 1e-8 * (1.0 + at.curvature.cwiseAbs().maxCoeff());
      CHECK((at.curvature.col(column) - difference).cwiseAbs().maxCoeff() < tolerance);
    }
    CHECK(at.curvature == at.curvature.transpose());
  });
}

TEST_CASE("ColumnObjective: the Gauss-Newton matrix reweights the products of slopes",
          "[fit][derivative]") {
  on_every_objective([]<Law L>(const L& law, const Objective& objective, const auto& theta,
                               const RunTable& runs, double delta, Residual residual) {
    using Jet = ceres::Jet<double, static_cast<int>(kNumCoefficients<L>)>;
    std::array<Jet, kNumCoefficients<L>> jets;
    for (std::size_t p = 0; p < jets.size(); ++p) jets[p] = Jet(theta[p], static_cast<int>(p));
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(jets.size(), jets.size());
    for (std::size_t i = 0; i < runs.num_runs(); ++i) {
      const Jet r = residual_of_row(law, jets, runs, i, residual);
      sum += runs.weight[i] * std::min(1.0, delta / std::abs(r.a)) * r.v * r.v.transpose();
    }
    const auto at = objective.first_order(as_vector(theta));
    // Residuals beyond delta enter by 1 / r, which keeps 14 digits.
    CHECK((at.curvature - sum).norm() <= 1e-12 * sum.norm());
    const auto second = objective.second_order(as_vector(theta));
    CHECK((second.diagonal - sum.diagonal()).norm() <= 1e-12 * sum.norm());
  });
}

/// The objective of chinchilla at the planted coefficients, or nearly there.
double chinchilla_value(const RunTable& runs) {
  return fit_law("chinchilla")
      ->objective(runs, HuberLoss(0.02), Residual::kLog)
      ->value(as_vector(theta_near_planted(Chinchilla{})));
}

TEST_CASE("ColumnObjective: weights multiply the losses of their runs", "[fit][identity]") {
  RunTable runs = thirteen_runs(Chinchilla{});
  const double once = chinchilla_value(runs);
  for (double& w : runs.weight) w *= 2.0;
  CHECK(chinchilla_value(runs) == 2.0 * once);  // powers of two are exact
}

TEST_CASE("ColumnObjective: runs without weights count once", "[fit][identity]") {
  RunTable runs = thirteen_runs(Chinchilla{});
  runs.weight.clear();
  const double without = chinchilla_value(runs);
  runs.weight.assign(runs.num_runs(), 1.0);
  CHECK(without == chinchilla_value(runs));
}

TEST_CASE("ColumnObjective: a resample has the losses of the runs drawn as often as they were",
          "[fit][identity]") {
  const RunTable runs = thirteen_runs(Chinchilla{});
  std::vector<double> counts(13, 1.0);
  counts[2] = 3.0, counts[5] = counts[12] = 0.0;
  RunTable drawn = rows_of(runs, {0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11});
  drawn.weight[2] *= 3.0;
  const auto objective = fit_law("chinchilla")->objective(runs, HuberLoss(0.02), Residual::kLog);
  const auto resample = objective->resampled(counts);
  CHECK(resample->num_runs() == 11);
  CHECK(resample->value(as_vector(theta_near_planted(Chinchilla{}))) == chinchilla_value(drawn));
}

TEST_CASE("ColumnObjective: under another loss it is that of the same runs", "[fit][identity]") {
  const RunTable runs = thirteen_runs(Chinchilla{});
  const auto theta = as_vector(theta_near_planted(Chinchilla{}));
  const auto law = fit_law("chinchilla");
  const auto wide = law->objective(runs, HuberLoss(kInfinity), Residual::kLog);
  CHECK(wide->with(HuberLoss(0.02))->value(theta) == chinchilla_value(runs));
}

TEST_CASE("FitLaw: its slopes by Ceres are those by its own derivatives", "[fit][derivative]") {
  for_each_law([]<Law L>(const L& law) {
    INFO("law " << name_of(law));
    const auto theta = as_vector(theta_near_planted(law));
    const std::unique_ptr<const FitLaw> compiled = fit_law(name_of(law));
    std::vector<int> entry(kNumCoefficients<L>);
    for (std::size_t p = 0; p < entry.size(); ++p) entry[p] = static_cast<int>(p);
    const LogX<L> log_x = points(law).front();
    std::vector<double> slopes(entry.size());
    const double value = compiled->log_loss_by_jets(theta, entry, log_x, slopes);
    const CoefficientVector own = compiled->gradient(theta, log_x);
    CHECK(value == within(compiled->log_loss(theta, log_x), 1e-13));
    const double rounding = 1e-13 * row_of(law).steepness;
    for (std::size_t p = 0; p < entry.size(); ++p) {
      CHECK(slopes[p] == within(own[static_cast<Eigen::Index>(p)], rounding));
    }
  });
}

TEST_CASE("ColumnObjective: a variable that the runs lack is refused", "[fit][refusal]") {
  const RunTable runs = thirteen_runs(Chinchilla{});  // without G
  CHECK_THROWS_AS(fit_law("fine-grained-moe")->objective(runs, HuberLoss(1.0), Residual::kLog),
                  InvalidArgument);
}

}  // namespace
}  // namespace isoflop::testing::column_objective_test
