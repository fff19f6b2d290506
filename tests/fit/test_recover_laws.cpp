// Laws without public runs, fitted to noiseless predictions of published coefficients; and the runs
// of Clark et al. 2022, which are public.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "catch.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/io/records.hpp"
#include "isoflop/laws/log_losses.hpp"
#include "planted_runs.hpp"
#include "skip.hpp"
#include "within.hpp"

namespace isoflop::testing::recover_laws_test {
namespace {

FitOptions few_starts() {
  FitOptions options;
  options.num_starts = 60;
  return options;
}

template <Law L>
double largest_log_error(const L& law, const FitReport& report, const RunTable& runs) {
  const std::vector<double> found = log_losses(name_of(law), report.coefficients, runs);
  double out = 0.0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    out = std::max(out, std::abs(found[i] - std::log(runs.loss[i])));
  }
  return out;
}

/// Checks every coefficient that the runs determine against those behind the runs.
template <Law L>
void check_coefficients(const L& law, const FitReport& report, const std::vector<double>& wanted) {
  const auto& loose = row_of(law).undetermined;
  for (std::size_t p = 0; p < wanted.size(); ++p) {
    const std::string_view name = coefficients_of(law)[p].name;
    if (std::find(loose.begin(), loose.end(), name) != loose.end()) continue;
    CAPTURE(name);
    CHECK(report.coefficients.at(p) == Approx(wanted[p]).epsilon(1e-5));
  }
}

TEST_CASE("fit: noiseless runs of every law are predicted and what they determine is found",
          "[fit][recovery]") {
  for_each_law([](const auto& law) {
    INFO("law " << name_of(law));
    const RunTable runs = planted_runs(law, published_coefficients(law));
    const FitReport report = fit(name_of(law), runs, few_starts());
    CHECK(report.status == FitStatus::kConverged);
    CHECK(largest_log_error(law, report, runs) < 1e-8);
    check_coefficients(law, report, published_coefficients(law));
    // Whether rounding lets a curvature of nothing pass is chance; then the coefficient is weak.
    const auto& loose = row_of(law).undetermined;
    const bool named = std::all_of(loose.begin(), loose.end(), [&](std::string_view name) {
      return std::any_of(report.profile.begin(), report.profile.end(),
                         [&](const auto& p) { return p.coefficient == name && p.weak; });
    });
    CHECK(report.questions.optimum.word == OptimumWord::kFound);
    CHECK((report.verdict == Verdict::kCertified || !loose.empty()));
    CHECK((named || report.verdict != Verdict::kCertified));
  });
}

TEST_CASE("fit: the largest activation ratio fixed leaves a leverage that is certified",
          "[fit][recovery]") {
  const auto& wanted = published_coefficients(EfficiencyLeverage{});
  FitOptions options = few_starts();
  options.fixed["A_max"] = wanted.at(5);
  const FitReport report =
      fit(EfficiencyLeverage::kName, planted_runs(EfficiencyLeverage{}, wanted), options);
  CHECK(report.verdict == Verdict::kCertified);
  check_coefficients(EfficiencyLeverage{}, report, wanted);
}

TEST_CASE("fit: experts up to 32 determine all coefficients of the joint law", "[fit][recovery]") {
  // The paper trained E up to 32; E_max is 290. Without noise the curvature is enough.
  const auto& wanted = published_coefficients(JointMoe{});
  const RunTable all = planted_runs(JointMoe{}, wanted);
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < all.num_runs(); ++i) {
    if (all.column(Variable::kE)[i] <= 32.0) rows.push_back(i);
  }
  const RunTable runs = rows_of(all, rows);
  const FitReport report = fit(JointMoe::kName, runs, few_starts());
  CHECK(report.status == FitStatus::kConverged);
  CHECK(largest_log_error(JointMoe{}, report, runs) < 1e-8);
  check_coefficients(JointMoe{}, report, wanted);
}

TEST_CASE("fit: repeated tokens are fitted in two steps as in the paper", "[fit][recovery]") {
  // Muennighoff et al. 2023, arXiv 2305.16264: the base from runs without repetition, then R*_N and
  // R*_D with the base held.
  const auto& wanted = published_coefficients(DataConstrained{});
  const RunTable all = planted_runs(DataConstrained{}, wanted);
  std::vector<std::size_t> once;
  const auto theta = to_axis(DataConstrained{}, wanted);
  for (std::size_t i = 0; i < all.num_runs(); ++i) {
    const double n = all.column(Variable::kN)[i], d = all.column(Variable::kD)[i],
                 u = all.column(Variable::kU)[i];
    if (d > u || std::log(n) > DataConstrained{}.log_optimal_n(theta, std::log(u))) continue;
    once.push_back(i);
  }
  // Tokens that are unique and models that are not too large for them: the law of Hoffmann et al.
  REQUIRE(once.size() >= 10);
  const FitReport base = fit(Chinchilla::kName, rows_of(all, once), few_starts());
  REQUIRE(base.status == FitStatus::kConverged);
  FitOptions second = few_starts();
  for (std::size_t p = 0; p < 5; ++p) {
    second.fixed[std::string(Chinchilla::kCoefficients[p].name)] = base.coefficients[p];
  }
  const FitReport report = fit(DataConstrained::kName, all, second);
  CHECK(report.num_free == 2);
  CHECK(report.verdict == Verdict::kCertified);
  CHECK(largest_log_error(DataConstrained{}, report, all) < 1e-8);
  check_coefficients(DataConstrained{}, report, wanted);
}

TEST_CASE("fit: repeated tokens are fitted with one exponent as in the paper", "[fit][recovery]") {
  const auto& wanted = published_coefficients(DataConstrained{});
  FitOptions options = few_starts();
  options.tied.emplace_back("alpha", "beta");
  const FitReport report =
      fit(DataConstrained::kName, planted_runs(DataConstrained{}, wanted), options);
  CHECK(report.num_free == 6);
  CHECK(report.coefficients[2] == report.coefficients[4]);
  check_coefficients(DataConstrained{}, report, wanted);
}

struct Refit {
  std::string router, other, another;
  std::size_t num_runs;
  double a, b, c, d, rms;  // rms of log10 of the loss
};

TEST_CASE("fit: the runs of Clark et al. give their law for every router", "[fit][published]") {
  // Clark et al. 2022, arXiv 2202.01169: runs of google-deepmind/scaling_laws_for_routing. Refits
  // by an independent program, plain least squares of log10 loss.
  for (const Refit& refit :
       {Refit{"S-Base", "RL-R", "Hash", 58, -0.08303, -0.11804, 0.00992, 1.11358, 0.00323},
        Refit{"RL-R", "S-Base", "Hash", 59, -0.0827, -0.1234, 0.01123, 1.1070, 0.00323},
        Refit{"Hash", "S-Base", "RL-R", 56, -0.08736, -0.13836, 0.01264, 1.15953, 0.00298}}) {
    CAPTURE(refit.router);
    RecordOptions rows;
    rows.columns = {
        {"n", "dense_parameter_count"}, {"e", "num_experts"}, {"loss", "loss_validation"}};
    for (const std::string& condition :
         {std::string("k=1"), std::string("routing_frequency=0.5"), std::string("seed=42"),
          "router_type!=" + refit.other, "router_type!=" + refit.another}) {
      rows.where.push_back(parse_condition(condition));
    }
    const RunTable runs =
        read_records(isoflop_test::require_data("clark2022_final.csv"), rows, Routed::kVariables)
            .runs;
    CHECK(runs.num_runs() == refit.num_runs);
    FitOptions options = few_starts();
    options.huber_delta = std::numeric_limits<double>::infinity();
    const FitReport report = fit(Routed::kName, runs, options);
    REQUIRE(report.status == FitStatus::kConverged);
    CHECK(report.coefficients[0] == within(refit.a, 0.0005));
    CHECK(report.coefficients[1] == within(refit.b, 0.001));
    CHECK(report.coefficients[2] == within(refit.c, 0.0002));
    CHECK(report.coefficients[3] == within(refit.d, 0.002));
    CHECK(report.rmse_log / std::numbers::ln10 == Approx(refit.rms).epsilon(0.01));
  }
}

}  // namespace
}  // namespace isoflop::testing::recover_laws_test
