// Numbers that the papers behind the shipped laws print, from the shipped coefficients.
#include <array>
#include <cmath>
#include <string>

#include "catch.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/list.hpp"
#include "isoflop/plan/plan_law.hpp"
#include "within.hpp"

namespace isoflop::testing::published_laws_test {
namespace {

template <Law L>
double prediction(const L& own, const std::string& preset,
                  const std::array<double, kNumVariablesOf<L>>& x) {
  const LawRecord law = find_law(preset);
  REQUIRE(law.law == name_of(own));
  return loss(own, law.coefficients, x);
}

TEST_CASE("muennighoff2023: the losses of two runs with repeated tokens are as published",
          "[published][published]") {
  // Muennighoff et al. 2023, arXiv 2305.16264, with the un-rounded coefficients of the authors'
  // code.
  CHECK(prediction(DataConstrained{}, "muennighoff2023", {6.34e9, 242e9, 25e9}) ==
        Approx(2.2256440889984477).epsilon(1e-12));
  CHECK(prediction(DataConstrained{}, "muennighoff2023", {8.67e9, 178e9, 25e9}) ==
        Approx(2.2269634075087867).epsilon(1e-12));
}

TEST_CASE("tian2025: a ratio of 3.1 % at 1e22 FLOPs saves seven times the compute",
          "[published][published]") {
  // Coefficients of Tian et al. 2025, arXiv 2507.17702; 7.245 by an independent program.
  CHECK(prediction(EfficiencyLeverage{}, "tian2025", {0.031, 12.0, 1e22}) == within(7.245, 0.005));
}

TEST_CASE("tian2025: the best granularity is near 12 in units of twice the model width",
          "[published][published]") {
  const auto theta = to_axis(EfficiencyLeverage{}, find_law("tian2025").coefficients);
  const double best = EfficiencyLeverage{}.best_granularity(theta);
  CHECK(best > 11.0);
  CHECK(best < 12.0);
}

struct JointOptimum {
  double expansion, n_active, d_tokens;
};

TEST_CASE("ludziejewski2025: the six optima at 1e20 FLOPs are those of the paper",
          "[published][published]") {
  // Ludziejewski et al. 2025, arXiv 2502.05172; printed to two or three digits.
  for (const JointOptimum& printed : {JointOptimum{1, 1.7e9, 9.7e9},
                                      {2, 1.5e9, 11.4e9},
                                      {4, 1.2e9, 13.9e9},
                                      {8, 990e6, 17e9},
                                      {16, 810e6, 20.7e9},
                                      {32, 669e6, 24.9e9}}) {
    CAPTURE(printed.expansion);
    PlanProblem request;
    request.law = find_law("ludziejewski2025");
    request.law.expansion = printed.expansion;
    request.shape = request.law.family.value();
    const Plan plan = plan_law(request, {1e20}).at(0);
    CHECK(plan.status == PlanStatus::kOptimal);
    CHECK(plan.n_active == Approx(printed.n_active).epsilon(0.025));
    CHECK(plan.d_tokens == Approx(printed.d_tokens).epsilon(0.025));
    CHECK(6.0 * plan.n_active * plan.d_tokens == Approx(1e20).epsilon(1e-12));
    // N_total = 2 d V + (4 + 9 E) n d^2 and N_act = 2 d V + 13 n d^2 with n = d / 64.
    const double d = plan.d_model, cubes = d * d * d / 64.0;
    CHECK(plan.n_active == Approx(2.0 * d * 50257.0 + 13.0 * cubes).epsilon(1e-12));
    CHECK(plan.n_total ==
          Approx(2.0 * d * 50257.0 + (4.0 + 9.0 * printed.expansion) * cubes).epsilon(1e-12));
  }
}

TEST_CASE("clark2022: the cut-off moves by an order of magnitude with the digits of b and c",
          "[published][published]") {
  // Clark et al. 2022, arXiv 2202.01169; -b/c of the printed digits.
  auto cutoff = [](const char* preset) {
    return Routed{}.log10_cutoff(to_axis(Routed{}, find_law(preset).coefficients));
  };
  CHECK(cutoff("clark2022-sbase") == Approx(0.108 / 0.009).epsilon(1e-14));
  CHECK(cutoff("clark2022-rlr") == Approx(0.126 / 0.012).epsilon(1e-14));
  CHECK(cutoff("clark2022-hash") == Approx(0.136 / 0.012).epsilon(1e-14));
  LawRecord nearby = find_law("clark2022-sbase");
  nearby.coefficients[2] += 0.0005;  // half a unit of its last digit
  const double moved = Routed{}.log10_cutoff(to_axis(Routed{}, nearby.coefficients));
  CHECK(cutoff("clark2022-sbase") - moved > 0.6);
}

TEST_CASE("clark2022: the effective parameters of a dense model are its own",
          "[published][identity]") {
  for (const char* preset : {"clark2022-sbase", "clark2022-rlr", "clark2022-hash"}) {
    CAPTURE(preset);
    const auto theta = to_axis(Routed{}, find_law(preset).coefficients);
    for (const double n : {1.5e7, 1.3e9}) {
      CHECK(std::exp(Routed{}.log_effective_parameters(theta, std::log(n), 0.0)) ==
            Approx(n).epsilon(1e-12));
      CHECK(Routed{}.log_effective_parameters(theta, std::log(n), std::log(64.0)) > std::log(n));
    }
  }
}

TEST_CASE("kaplan2020: the loss is what the printed coefficients give", "[published][published]") {
  // Kaplan et al. 2020, arXiv 2001.08361, Eq. 1.5 by plain arithmetic.
  CHECK(prediction(Kaplan{}, "kaplan2020", {1e9, 1e10}) ==
        Approx(std::pow(std::pow(6.4e4, 0.076 / 0.103) + 1.8e3, 0.103)).epsilon(1e-13));
}

TEST_CASE("abnar2025: the loss is what the quoted coefficients give", "[published][published]") {
  // Abnar et al. 2025, arXiv 2501.12370, by plain arithmetic at N = 1e9, D = 1e11, S = 0.9.
  const double expected = 16612.50 * std::pow(1e9, -0.5962) + 5455.67 * std::pow(1e11, -0.3954) +
                          0.4598 * std::pow(0.1, 0.1666) +
                          17.26 * std::pow(0.1, -0.1603) * std::pow(1e9, -0.1595) + 0.94;
  CHECK(prediction(Sparsity{}, "abnar2025", {1e9, 1e11, 0.9}) == Approx(expected).epsilon(1e-13));
}

TEST_CASE("abnar2025: a plan says that its law is quoted and its range unknown",
          "[published][refusal]") {
  PlanProblem request;
  request.law = find_law("abnar2025");
  request.given[index_of(Variable::kS)] = 0.5;
  const Plan plan = plan_law(request, {1e21}).at(0);
  CHECK(plan.status == PlanStatus::kOutsideRange);
  CHECK_FALSE(plan.usable());
  CHECK_THAT(plan.note, Catch::Matchers::ContainsSubstring("secondary source"));
}

}  // namespace
}  // namespace isoflop::testing::published_laws_test
