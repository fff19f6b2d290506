// What is particular to one law.
#include <cmath>

#include "catch.hpp"
#include "isoflop/laws/chinchilla.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/data_constrained.hpp"
#include "isoflop/laws/efficiency_leverage.hpp"
#include "isoflop/laws/fine_grained_moe.hpp"
#include "isoflop/laws/joint_moe.hpp"
#include "isoflop/laws/kaplan.hpp"
#include "isoflop/laws/over_training.hpp"
#include "isoflop/laws/routed.hpp"
#include "isoflop/laws/sparsity.hpp"

namespace isoflop::formulas_test {
namespace {

// The log-sum-exp form and the printed form differ by roundings of exponents up to 30.
constexpr double kRounding = 1e-14;

TEST_CASE("chinchilla: the loss is the formula as printed", "[laws][identity]") {
  const std::array<double, 5> theta{1.69, 406.4, 0.34, 410.7, 0.28};
  const std::array<double, 2> x{70e9, 1.4e12};
  const double printed = 1.69 + 406.4 / std::pow(70e9, 0.34) + 410.7 / std::pow(1.4e12, 0.28);
  CHECK(loss(Chinchilla{}, theta, x) == Approx(printed).epsilon(kRounding));
}

TEST_CASE("fine-grained-moe: the loss is the formula as printed", "[laws][identity]") {
  const std::array<double, 7> theta{18.0712, 0.1146, 30.8082, 0.1465, 2.0760, 0.5843, 0.472};
  const std::array<double, 3> x{4.3e9, 28.94e9, 16.0};
  const double printed = 0.472 +
                         (2.0760 / std::pow(16.0, 0.5843) + 18.0712) / std::pow(4.3e9, 0.1146) +
                         30.8082 / std::pow(28.94e9, 0.1465);
  CHECK(loss(FineGrainedMoe{}, theta, x) == Approx(printed).epsilon(kRounding));
}

TEST_CASE("fine-grained-moe: at granularity 1 it is chinchilla with A = a + g",
          "[laws][identity]") {
  const std::array<double, 7> moe{18.0, 0.11, 30.0, 0.15, 2.1, 0.58, 0.47};
  const std::array<double, 5> dense{0.47, 18.0 + 2.1, 0.11, 30.0, 0.15};
  CHECK(loss(FineGrainedMoe{}, moe, std::array<double, 3>{1e9, 2e10, 1.0}) ==
        Approx(loss(Chinchilla{}, dense, std::array<double, 2>{1e9, 2e10})).epsilon(kRounding));
}

TEST_CASE("fine-grained-moe: without end to granularity it is chinchilla with A = a",
          "[laws][identity]") {
  const std::array<double, 7> moe{18.0, 0.11, 30.0, 0.15, 2.1, 0.58, 0.47};
  const std::array<double, 5> dense{0.47, 18.0, 0.11, 30.0, 0.15};
  // g / G^gamma is 2e-58 of a here.
  CHECK(loss(FineGrainedMoe{}, moe, std::array<double, 3>{1e9, 2e10, 1e100}) ==
        Approx(loss(Chinchilla{}, dense, std::array<double, 2>{1e9, 2e10})).epsilon(kRounding));
}

TEST_CASE("kaplan: the loss is the formula as printed", "[laws][identity]") {
  const std::array<double, 4> theta{6.4e13, 0.076, 1.8e13, 0.103};
  const std::array<double, 2> x{1e9, 2e10};
  const double printed = std::pow(std::pow(6.4e13 / 1e9, 0.076 / 0.103) + 1.8e13 / 2e10, 0.103);
  CHECK(loss(Kaplan{}, theta, x) == Approx(printed).epsilon(kRounding));
}

TEST_CASE("kaplan: without end to tokens a power of parameters is left", "[laws][identity]") {
  // Eq. 1.1 of Kaplan et al. 2020, arXiv 2001.08361: L = (N_c / N)^alpha_N.
  const std::array<double, 4> theta{6.4e13, 0.076, 1.8e13, 0.103};
  CHECK(loss(Kaplan{}, theta, std::array<double, 2>{1e9, 1e200}) ==
        Approx(std::pow(6.4e13 / 1e9, 0.076)).epsilon(kRounding));
}

TEST_CASE("over-training: the loss is the formula as printed", "[laws][identity]") {
  const std::array<double, 4> theta{1.7, 220.0, 240.0, 0.15};
  const double n = 1e9, d = 3e11, m = d / n, c = 6.0 * n * d;
  const double printed =
      1.7 + (220.0 * std::pow(m, 0.15) + 240.0 * std::pow(m, -0.15)) * std::pow(c, -0.15);
  CHECK(loss(OverTraining{}, theta, std::array{n, d}) == Approx(printed).epsilon(kRounding));
}

TEST_CASE("over-training: it is chinchilla with both exponents twice eta", "[laws][identity]") {
  // (D/N)^eta (6 N D)^-eta = 6^-eta N^(-2 eta), and the same with N and D exchanged.
  const double eta = 0.15, six = std::pow(6.0, -eta);
  const std::array<double, 4> theta{1.7, 220.0, 240.0, eta};
  const std::array<double, 5> dense{1.7, 220.0 * six, 2.0 * eta, 240.0 * six, 2.0 * eta};
  for (const double n : {1e7, 1e9, 1e11}) {
    for (const double d : {1e9, 1e11, 1e13}) {
      const std::array x{n, d};
      CHECK(loss(OverTraining{}, theta, x) ==
            Approx(loss(Chinchilla{}, dense, x)).epsilon(kRounding));
    }
  }
}

/// E_hat as printed in Clark et al. 2022, arXiv 2202.01169.
double printed_e_hat(double e, double start, double max) {
  return 1.0 / (1.0 / (e - 1.0 + 1.0 / (1.0 / start - 1.0 / max)) + 1.0 / max);
}

TEST_CASE("log_saturating: one expert counts as E_start and infinitely many as E_max",
          "[laws][identity]") {
  const double log_start = std::log(1.847), log_max = std::log(314.478);
  CHECK(log_saturating(0.0, 1.0, log_start, log_max) == Approx(log_start).epsilon(kRounding));
  CHECK(log_saturating(100.0, 1.0, log_start, log_max) == Approx(log_max).epsilon(kRounding));
  CHECK(std::exp(log_saturating(std::log(64.0), 1.0, log_start, log_max)) ==
        Approx(printed_e_hat(64.0, 1.847, 314.478)).epsilon(kRounding));
}

const std::array<double, 6> kSBase{-0.082, -0.108, 0.009, 1.104, 1.847, 314.478};

TEST_CASE("routed: the loss is the formula as printed", "[laws][identity]") {
  const double n = std::log10(1.3e9), e = std::log10(printed_e_hat(64.0, 1.847, 314.478));
  const double printed = std::pow(10.0, -0.082 * n - 0.108 * e + 0.009 * n * e + 1.104);
  CHECK(loss(Routed{}, kSBase, std::array{1.3e9, 64.0}) == Approx(printed).epsilon(kRounding));
}

TEST_CASE("routed: the effective parameters of a dense model are its own", "[laws][identity]") {
  const auto theta = to_axis(Routed{}, kSBase);
  for (const double n : {1e7, 1e9, 1e12}) {
    CHECK(Routed{}.log_effective_parameters(theta, std::log(n), 0.0) ==
          Approx(std::log(n)).epsilon(kRounding));
  }
}

TEST_CASE("routed: a dense model of the effective parameters has the same loss",
          "[laws][identity]") {
  const auto theta = to_axis(Routed{}, kSBase);
  for (const double e : {2.0, 64.0, 512.0}) {
    const double log_n = std::log(3e8), log_e = std::log(e);
    const double effective = Routed{}.log_effective_parameters(theta, log_n, log_e);
    CHECK(effective > log_n);
    CHECK(Routed{}.log_loss(theta, std::array{effective, 0.0}) ==
          Approx(Routed{}.log_loss(theta, std::array{log_n, log_e})).epsilon(kRounding));
  }
}

TEST_CASE("routed: at the cut-off more experts neither help nor hurt", "[laws][identity]") {
  const auto theta = to_axis(Routed{}, kSBase);
  const double cutoff = Routed{}.log10_cutoff(theta) * std::log(10.0);
  auto change = [&](double log_n) {
    return Routed{}.log_loss(theta, std::array{log_n, std::log(256.0)}) -
           Routed{}.log_loss(theta, std::array{log_n, std::log(2.0)});
  };
  CHECK(std::abs(change(cutoff)) < 1e-13);
  CHECK(change(cutoff - 1.0) < -1e-3);
  CHECK(change(cutoff + 1.0) > 1e-3);
}

TEST_CASE("joint-moe: the loss is the formula as printed", "[laws][identity]") {
  const std::array<double, 11> theta{35.91,  -0.1889, -0.2285, 0.0098,   35.98, -0.1775,
                                     0.5529, -0.0259, 2.0732,  290.4521, 1.3637};
  const double n = 1e9, d = 2e10, e_hat = printed_e_hat(8.0, 2.0732, 290.4521);
  const double printed =
      35.91 * std::pow(e_hat, -0.2285) * std::pow(n, -0.1889 + 0.0098 * std::log(e_hat)) +
      35.98 * std::pow(e_hat, 0.5529) * std::pow(d, -0.1775 - 0.0259 * std::log(e_hat)) + 1.3637;
  CHECK(loss(JointMoe{}, theta, std::array{n, d, 8.0}) == Approx(printed).epsilon(kRounding));
}

TEST_CASE("sparsity: the loss is the formula as printed", "[laws][identity]") {
  const std::array<double, 10> theta{16612.50, 0.5962, 5455.67, 0.3954, 0.4598,
                                     -0.1666,  17.26,  0.1603,  0.1595, 0.94};
  const double n = 3e9, d = 1e11, active = 1.0 - 0.75;
  const double printed = 16612.50 / std::pow(n, 0.5962) + 5455.67 / std::pow(d, 0.3954) +
                         0.4598 / std::pow(active, -0.1666) +
                         17.26 / (std::pow(active, 0.1603) * std::pow(n, 0.1595)) + 0.94;
  CHECK(loss(Sparsity{}, theta, std::array{n, d, 0.75}) == Approx(printed).epsilon(kRounding));
}

TEST_CASE("sparsity: without end to N and D a term in S is left beside e", "[laws][identity]") {
  const std::array<double, 10> theta{16612.50, 0.5962, 5455.67, 0.3954, 0.4598,
                                     -0.1666,  17.26,  0.1603,  0.1595, 0.94};
  CHECK(loss(Sparsity{}, theta, std::array{1e200, 1e200, 0.5}) ==
        Approx(0.94 + 0.4598 * std::pow(0.5, 0.1666)).epsilon(kRounding));
}

TEST_CASE("sparsity: zero is the limit of small sparsities", "[laws][identity]") {
  const std::array<double, 10> theta{16612.50, 0.5962, 5455.67, 0.3954, 0.4598,
                                     -0.1666,  17.26,  0.1603,  0.1595, 0.94};
  CHECK(loss(Sparsity{}, theta, std::array{1e9, 1e10, 0.0}) ==
        Approx(loss(Sparsity{}, theta, std::array{1e9, 1e10, 1e-17})).epsilon(kRounding));
}

const std::array<double, 6> kLing{1.23, -7.61e-2, 1.67e-2, -1.17e-1, 1.63e-2, 5.28e16};

TEST_CASE("efficiency-leverage: the leverage is the formula as printed", "[laws][identity]") {
  const double a = 0.05, g = 8.0, c = 1e21;
  const double a_hat = 1.0 / (1.0 / (a + 1.0 / (1.0 / 1.63e-2 - 1.0 / 5.28e16)) + 1.0 / 5.28e16);
  const double exponent = 1.23 - 7.61e-2 * 21.0 + 1.67e-2 * 9.0 - 1.17e-1 * 3.0;
  CHECK(loss(EfficiencyLeverage{}, kLing, std::array{a, g, c}) ==
        Approx(std::pow(a_hat, exponent)).epsilon(kRounding));
}

TEST_CASE("efficiency-leverage: no granularity beats the best one", "[laws][identity]") {
  const double best = EfficiencyLeverage{}.best_granularity(to_axis(EfficiencyLeverage{}, kLing));
  auto leverage = [&](double g) {
    return loss(EfficiencyLeverage{}, kLing, std::array{0.031, g, 1e22});
  };
  CHECK(leverage(best * 1.01) < leverage(best));
  CHECK(leverage(best / 1.01) < leverage(best));
}

// Muennighoff et al. 2023, arXiv 2305.16264: E, A, alpha, B, beta, R*_N, R*_D.
const std::array<double, 7> kRepeated{1.87, 521.0, 0.35, 1488.0, 0.36, 5.31, 15.39};

TEST_CASE("data-constrained: where nothing is repeated it is chinchilla", "[laws][identity]") {
  const std::array<double, 5> dense{1.87, 521.0, 0.35, 1488.0, 0.36};
  for (const double d : {1e9, 2e10, 1e11}) {
    CHECK(loss(DataConstrained{}, kRepeated, std::array{1e8, d, 1e11}) ==
          Approx(loss(Chinchilla{}, dense, std::array{1e8, d})).epsilon(kRounding));
  }
}

TEST_CASE("data-constrained: repeated tokens count as the paper says", "[laws][identity]") {
  const double d = 3e11, u = 1e11, epochs_beyond_first = d / u - 1.0;
  const double used = u + u * 15.39 * (1.0 - std::exp(-epochs_beyond_first / 15.39));
  const std::array<double, 5> dense{1.87, 521.0, 0.35, 1488.0, 0.36};
  CHECK(loss(DataConstrained{}, kRepeated, std::array{1e8, d, u}) ==
        Approx(loss(Chinchilla{}, dense, std::array{1e8, used})).epsilon(kRounding));
}

TEST_CASE("data-constrained: excess parameters count as the paper says", "[laws][identity]") {
  const double n = 2e10, u = 1e11;
  const double g = std::pow(0.35 * 521.0 / (0.36 * 1488.0), 1.0 / (0.35 + 0.36));
  const double n_opt = std::pow(u * g, 0.36 / 0.35) * g;
  REQUIRE(n > n_opt);
  const double used = n_opt + n_opt * 5.31 * (1.0 - std::exp(-(n / n_opt - 1.0) / 5.31));
  const std::array<double, 5> dense{1.87, 521.0, 0.35, 1488.0, 0.36};
  CHECK(loss(DataConstrained{}, kRepeated, std::array{n, u, u}) ==
        Approx(loss(Chinchilla{}, dense, std::array{used, u})).epsilon(kRounding));
}

TEST_CASE("data-constrained: N_opt is the compute-optimal size for tokens seen once",
          "[laws][identity]") {
  // Along 6 N D = const at (N_opt(U), U) the two terms of chinchilla fall equally fast.
  const auto theta = to_axis(DataConstrained{}, kRepeated);
  const double u = 3e10, n = std::exp(DataConstrained{}.log_optimal_n(theta, std::log(u)));
  CHECK(0.35 * 521.0 / std::pow(n, 0.35) ==
        Approx(0.36 * 1488.0 / std::pow(u, 0.36)).epsilon(kRounding));
}

}  // namespace
}  // namespace isoflop::formulas_test
