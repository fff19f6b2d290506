// The one word of a fit, and its reasons.
#include <algorithm>

#include "catch.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/fit/inspect_runs.hpp"
#include "planted_runs.hpp"
#include "published/public_runs.hpp"

namespace isoflop::testing::verdict_test {
namespace {

FitOptions few_starts(std::size_t count = 100) {
  FitOptions options;
  options.num_starts = count;
  return options;
}

/// What the program reports: the fit with the findings about its runs.
FitReport judged(std::string_view law, const RunTable& runs,
                 const FitOptions& options = few_starts()) {
  FitReport report = fit(law, runs, options);
  add_findings(inspect_runs(law, runs, options), report);
  return report;
}

bool any_says(const std::vector<std::string>& texts, const std::string& part) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& text) { return text.find(part) != std::string::npos; });
}

template <class Keep>
RunTable planted_where(const Keep& keep, double noise = 0.003) {
  const RunTable all = planted_runs(FineGrainedMoe{}, kKrajewski, noise);
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < all.num_runs(); ++i) {
    if (keep(all.column(Variable::kN)[i], all.column(Variable::kD)[i],
             all.column(Variable::kG)[i])) {
      rows.push_back(i);
    }
  }
  return rows_of(all, rows);
}

TEST_CASE("verdict: good runs without noise are certified", "[fit][recovery]") {
  const FitReport report = judged("chinchilla", planted_runs(Chinchilla{}, kHoffmann));
  CHECK(report.verdict == Verdict::kCertified);
  CHECK(report.reasons.empty());
}

TEST_CASE("verdict: good runs with noise are certified", "[fit][recovery]") {
  CHECK(judged("chinchilla", planted_runs(Chinchilla{}, kHoffmann, 0.003)).verdict ==
        Verdict::kCertified);
}

TEST_CASE("verdict: one start is doubtful even where it is right", "[fit][refusal]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.003);
  FitOptions options = few_starts(1);
  const FitReport report = judged("chinchilla", runs, options);
  CHECK(report.verdict == Verdict::kDoubtful);
  CHECK(report.status == FitStatus::kNotConverged);
  CHECK(report.questions.optimum.why ==
        std::vector<std::string>{"one start cannot confirm itself"});
}

TEST_CASE("verdict: one granularity is doubtful and names its coefficients and the cure",
          "[fit][refusal]") {
  const FitReport report =
      judged("fine-grained-moe", planted_where([](double, double, double g) { return g == 4.0; }));
  CHECK(report.questions.coefficients.word == CoefficientsWord::kNotDetermined);
  CHECK(report.verdict != Verdict::kCertified);
  CHECK(any_says(report.reasons, "every run has G = 4, which does not determine a, g, gamma"));
  CHECK(any_says(report.reasons, "Add runs at 2 other values of G"));
}

TEST_CASE("verdict: runs on one line of D and N only interpolate and are named with their cure",
          "[fit][refusal]") {
  RunTable runs;
  Random random(3);
  for (double n = 1e8; n < 3e10; n *= 2.0) {
    runs.column(Variable::kN).push_back(n);
    runs.column(Variable::kD).push_back(20.0 * n);
    runs.loss.push_back(0.0);
    runs.loss.back() = loss_of_row("chinchilla", kHoffmann, runs, runs.num_runs() - 1) *
                       std::exp(0.002 * random.normal());
  }
  const FitReport report = judged("chinchilla", runs);
  CHECK(report.questions.coefficients.word == CoefficientsWord::kNotDetermined);
  CHECK(report.verdict != Verdict::kCertified);
  CHECK(any_says(report.reasons, "all runs lie on one D/N = 20"));
  CHECK(any_says(report.reasons, "does not tell A, alpha, B, beta apart"));
  CHECK(any_says(report.reasons, "Add runs at the same N with several times more"));
}

TEST_CASE("verdict: two sizes determine little and name the coefficients of N", "[fit][refusal]") {
  const RunTable all = planted_runs(Chinchilla{}, kHoffmann, 0.003);
  const FitReport report = judged("chinchilla", rows_of(all, {0, 1, 2, 3, 4, 5, 6, 7}));
  CHECK(report.questions.coefficients.word == CoefficientsWord::kNotDetermined);
  CHECK(report.verdict != Verdict::kCertified);
  CHECK(any_says(report.reasons, "2 values of N"));
  CHECK(any_says(report.reasons, "E, A, alpha"));
  CHECK(any_says(report.reasons, "Add runs at"));
}

TEST_CASE("verdict: four sizes are named in a warning", "[fit][refusal]") {
  const FitReport report =
      judged("fine-grained-moe", planted_where([](double n, double, double) { return n < 5e9; }));
  CHECK(any_says(report.warnings, "only 4 values of N"));
  CHECK(any_says(report.warnings, "on which a, alpha, g, c rest"));
}

TEST_CASE("verdict: runs of one loss determine nothing", "[fit][refusal]") {
  RunTable runs = planted_runs(Chinchilla{}, kHoffmann);
  runs.loss.assign(runs.num_runs(), 2.5);
  const FitReport report = judged("chinchilla", runs);
  CHECK(report.questions.coefficients.word == CoefficientsWord::kNotDetermined);
  CHECK(report.verdict != Verdict::kCertified);
  CHECK(any_says(report.reasons, "every run has the same loss, 2.5"));
}

TEST_CASE("verdict: one cell over and over determines nothing", "[fit][refusal]") {
  RunTable runs;
  Random random(4);
  for (int i = 0; i < 20; ++i) {
    runs.column(Variable::kN).push_back(1e9);
    runs.column(Variable::kD).push_back(2e10);
    runs.loss.push_back(2.5 * std::exp(0.01 * random.normal()));
  }
  const FitReport report = judged("chinchilla", runs);
  CHECK(report.questions.coefficients.word == CoefficientsWord::kNotDetermined);
  CHECK(report.verdict != Verdict::kCertified);
  CHECK_FALSE(report.reasons.empty());
}

TEST_CASE("verdict: weak coefficients are named and the fit only interpolates", "[fit][refusal]") {
  const FitReport report = judged("fine-grained-moe", shipped_simulated_runs());
  std::string weak;
  for (const ProfileInterval& p : report.profile) {
    if (p.weak) weak += (weak.empty() ? "" : ", ") + p.coefficient;
  }
  REQUIRE_FALSE(weak.empty());
  CHECK(any_says(report.reasons, weak + ": a 95 % interval reaches a bound"));
  CHECK(report.questions.coefficients.word == CoefficientsWord::kWeak);
  CHECK(report.verdict == Verdict::kInterpolates);
}

TEST_CASE("verdict: the Hessian at an optimum is positive and its spectrum is told",
          "[fit][identity]") {
  const FitReport report = judged("fine-grained-moe", simulated_runs(2));
  REQUIRE(report.questions.optimum.word == OptimumWord::kFound);
  REQUIRE(report.at_bound == std::vector<std::string>{"c"});  // where it does not count
  REQUIRE(report.hessian_eigenvalues.size() == 6);
  CHECK(std::is_sorted(report.hessian_eigenvalues.begin(), report.hessian_eigenvalues.end()));
  CHECK(report.hessian_eigenvalues.front() > 0.0);
  CHECK(report.condition_number ==
        Approx(report.hessian_eigenvalues.back() / report.hessian_eigenvalues.front())
            .epsilon(1e-12));
}

TEST_CASE("verdict: a report that nobody filled says failed", "[fit][identity]") {
  CHECK(FitReport{}.verdict == Verdict::kFailed);
  CHECK(std::string(to_string(Verdict::kFailed)) == "failed");
  CHECK(std::string(to_string(Verdict::kDoubtful)) == "doubtful");
  CHECK(std::string(to_string(Verdict::kInterpolates)) == "interpolates");
  CHECK(std::string(to_string(Verdict::kCertified)) == "certified");
}

}  // namespace
}  // namespace isoflop::testing::verdict_test
