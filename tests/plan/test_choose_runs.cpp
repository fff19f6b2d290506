#include <algorithm>
#include <cmath>
#include <Eigen/Dense>
#include <numeric>
#include <set>

#include "catch.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/plan/choose_runs.hpp"

namespace isoflop::testing::choose_runs_test {
namespace {

double covariance(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<double>(a.size());
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / n;
  const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / n;
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - mean_a) * (b[i] - mean_b);
  return sum / (n - 1.0);
}

/// Two quantities and some runs that all follow from three hidden normal numbers.
struct Problem {
  DrawnColumns quantities, log_losses;
  std::vector<double> costs;
};

Problem random_problem(std::size_t num_runs, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::array<double, 3>> weights(num_runs + 2);
  for (auto& w : weights) w = {random.normal(), random.normal(), random.normal()};
  Problem out{DrawnColumns(2), DrawnColumns(num_runs), {}};
  for (int draw = 0; draw < 200; ++draw) {
    const std::array hidden{random.normal(), random.normal(), random.normal()};
    auto value = [&](std::size_t i) {
      return weights[i][0] * hidden[0] + weights[i][1] * hidden[1] + weights[i][2] * hidden[2];
    };
    for (std::size_t i = 0; i < 2; ++i) out.quantities[i].push_back(7.0 + value(i));
    for (std::size_t i = 0; i < num_runs; ++i) out.log_losses[i].push_back(value(i + 2));
  }
  for (std::size_t i = 0; i < num_runs; ++i) out.costs.push_back(random.uniform(0.5, 2.0));
  return out;
}

/// Halved fall of the sum of ln variances: what choose_runs makes large.
double gain(const Problem& problem, const RunChoice& choice) {
  double out = 0.0;
  for (std::size_t q = 0; q < problem.quantities.size(); ++q) {
    out += 0.5 * std::log(covariance(problem.quantities[q], problem.quantities[q]) /
                          covariance(choice.left[q], choice.left[q]));
  }
  return out;
}

RunChoice take(const Problem& problem, const std::vector<std::size_t>& runs, double noise) {
  DrawnColumns columns;
  for (const std::size_t i : runs) columns.push_back(problem.log_losses[i]);
  return take_runs(problem.quantities, columns, noise);
}

TEST_CASE("runs: what is left is the covariance given all observations together",
          "[plan][identity]") {
  const double noise = 0.7;
  const Problem problem = random_problem(5, 1);
  const RunChoice after = take_runs(problem.quantities, problem.log_losses, noise);
  Eigen::MatrixXd ff(5, 5), qf(2, 5);
  for (std::size_t i = 0; i < 5; ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    for (std::size_t j = 0; j < 5; ++j) {
      ff(row, static_cast<Eigen::Index>(j)) =
          covariance(problem.log_losses[i], problem.log_losses[j]) + (i == j ? noise * noise : 0.0);
    }
    for (std::size_t q = 0; q < 2; ++q) {
      qf(static_cast<Eigen::Index>(q), row) =
          covariance(problem.quantities[q], problem.log_losses[i]);
    }
  }
  const Eigen::MatrixXd fall = qf * ff.ldlt().solve(qf.transpose());
  for (std::size_t q = 0; q < 2; ++q) {
    for (std::size_t r = 0; r < 2; ++r) {
      const double expected = covariance(problem.quantities[q], problem.quantities[r]) -
                              fall(static_cast<Eigen::Index>(q), static_cast<Eigen::Index>(r));
      // Rounding of sums over 200 draws.
      CHECK(covariance(after.left[q], after.left[r]) == Approx(expected).margin(1e-12));
    }
  }
}

TEST_CASE("runs: a choice leaves what taking the chosen runs leaves", "[plan][identity]") {
  const Problem problem = random_problem(30, 2);
  const RunChoice choice =
      choose_runs(problem.quantities, problem.log_losses, problem.costs, 0.5, 6.0, 5);
  const RunChoice taken = take(problem, choice.chosen, 0.5);
  for (std::size_t q = 0; q < 2; ++q) {
    for (std::size_t draw = 0; draw < 200; ++draw) {
      CHECK(choice.left[q][draw] == Approx(taken.left[q][draw]).epsilon(1e-12));
    }
  }
}

TEST_CASE("runs: a choice keeps to the budget and the number and takes none twice",
          "[plan][identity]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Problem problem = random_problem(30, seed);
    const auto chosen =
        choose_runs(problem.quantities, problem.log_losses, problem.costs, 0.5, 4.0, 6).chosen;
    double cost = 0.0;
    for (const std::size_t i : chosen) cost += problem.costs[i];
    CHECK_FALSE(chosen.empty());
    CHECK(chosen.size() <= 6);
    CHECK(cost <= 4.0);
    CHECK(std::set<std::size_t>(chosen.begin(), chosen.end()).size() == chosen.size());
  }
}

TEST_CASE("runs: of one run the best is taken, of several nearly the best set",
          "[plan][identity]") {
  const double noise = 0.5, budget = 2.5;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Problem problem = random_problem(12, seed);
    auto best_of = [&](std::size_t max_runs) {
      double best = 0.0;
      for (unsigned subset = 1; subset < 1u << 12; ++subset) {
        std::vector<std::size_t> runs;
        double cost = 0.0;
        for (std::size_t i = 0; i < 12; ++i) {
          if ((subset >> i & 1u) != 0) runs.push_back(i), cost += problem.costs[i];
        }
        if (runs.size() > max_runs || cost > budget) continue;
        best = std::max(best, gain(problem, take(problem, runs, noise)));
      }
      return best;
    };
    auto chosen = [&](std::size_t max_runs) {
      return gain(problem, choose_runs(problem.quantities, problem.log_losses, problem.costs, noise,
                                       budget, max_runs));
    };
    CHECK(chosen(1) == Approx(best_of(1)).epsilon(1e-9));
    // An exchange of one run at a time may miss a pair: the worst of these is 6 % short.
    CHECK(chosen(3) >= 0.9 * best_of(3));
  }
}

TEST_CASE("runs: what tells nothing of the quantities is not chosen", "[plan][identity]") {
  Problem problem = random_problem(3, 4);
  for (double& x : problem.log_losses[1]) x = 2.0;
  const auto chosen =
      choose_runs(problem.quantities, problem.log_losses, problem.costs, 0.5, 100.0, 3).chosen;
  CHECK(chosen.size() == 2);
  CHECK(std::count(chosen.begin(), chosen.end(), std::size_t{1}) == 0);
}

}  // namespace
}  // namespace isoflop::testing::choose_runs_test
