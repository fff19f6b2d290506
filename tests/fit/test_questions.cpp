// The four questions: what each answer hangs on, and the verdict that follows.
#include <algorithm>
#include <cmath>
#include <string>

#include "catch.hpp"
#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/fit/fit_law.hpp"
#include "isoflop/fit/hold_out.hpp"
#include "isoflop/fit/verdict.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "planted_runs.hpp"

namespace isoflop::testing::questions_test {
namespace {

FitOptions few_starts(std::size_t count = 100) {
  FitOptions options;
  options.num_starts = count;
  return options;
}

/// Runs of chinchilla at all pairs of sizes and tokens.
RunTable grid_of(const std::vector<double>& coefficients, const std::vector<double>& sizes,
                 const std::vector<double>& tokens, double noise, std::uint64_t seed) {
  RunTable runs;
  Random random(seed);
  for (const double n : sizes) {
    for (const double d : tokens) {
      runs.column(Variable::kN).push_back(n);
      runs.column(Variable::kD).push_back(d);
      runs.loss.push_back(0.0);
      runs.loss.back() = loss_of_row("chinchilla", coefficients, runs, runs.num_runs() - 1) *
                         std::exp(noise * random.normal());
    }
  }
  return runs;
}

/// A fit with all the evidence that the library has.
FitReport weighed(const RunTable& runs, const FitOptions& options = few_starts(),
                  std::size_t resamples = 100) {
  const auto law = fit_law("chinchilla");
  FitReport report = fit(*law, runs, options);
  add_findings(inspect_runs(*law, runs, options), report);
  if (resamples > 0) {
    const BootstrapReport drawn = bootstrap(*law, runs, options, report, {.resamples = resamples});
    add_intervals(law->facts(), options, coefficient_intervals(report.coefficients, drawn.draws),
                  report);
  }
  add_form(*law, runs, options, estimate_seed_noise(runs, law->facts().variables), report);
  report.cure = cure_of(*law, runs, options, report);
  judge(report);
  return report;
}

bool any_says(const std::vector<std::string>& texts, const std::string& part) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& text) { return text.find(part) != std::string::npos; });
}

const std::vector<double> kSizes{1e8, 2e8, 4e8, 8e8, 1.6e9, 3.2e9};
const std::vector<double> kTokens{2e9, 8e9, 3.2e10, 1.28e11};

TEST_CASE("questions: the verdict follows from the four answers", "[fit][identity]") {
  Questions q;
  CHECK(verdict_on(q) == Verdict::kCertified);
  q.form.word = FormWord::kHolds;
  CHECK(verdict_on(q) == Verdict::kCertified);
  for (const CoefficientsWord word : {CoefficientsWord::kWeak, CoefficientsWord::kNotDetermined}) {
    Questions open = q;
    open.coefficients.word = word;
    CHECK(verdict_on(open) == Verdict::kInterpolates);
    open.data.word = DataWord::kSuspect;
    CHECK(verdict_on(open) == Verdict::kDoubtful);
  }
  Questions bound = q;
  bound.optimum.word = OptimumWord::kArtificialBound;
  CHECK(verdict_on(bound) == Verdict::kDoubtful);
  Questions unlike = q;
  unlike.form.word = FormWord::kLackOfFit;
  CHECK(verdict_on(unlike) == Verdict::kDoubtful);
}

TEST_CASE("questions: scales are weak beyond a factor of ten and the others beyond their value",
          "[fit][identity]") {
  const CoefficientInfo scale = Chinchilla::kCoefficients[1],
                        exponent = Chinchilla::kCoefficients[2],
                        irreducible = Chinchilla::kCoefficients[0];
  CHECK_FALSE(is_weak(scale, 400.0, {150.0, 1490.0}));
  CHECK(is_weak(scale, 400.0, {149.0, 1500.0}));
  CHECK_FALSE(is_weak(exponent, 0.3, {0.16, 0.45}));
  CHECK(is_weak(exponent, 0.3, {0.14, 0.45}));
  CHECK_FALSE(is_weak(irreducible, 1.8, {1.0, 2.7}));
  CHECK(is_weak(irreducible, 1.8, {0.5, 2.7}));
}

TEST_CASE("questions: a law beyond the box of the program is found there", "[fit][recovery]") {
  // A / N^alpha is 0.05 to 0.8 nats, so that alpha is large where A is.
  const std::vector<double> wanted{1.8, 5e21, 2.7, 2000.0, 0.36};
  const RunTable runs = grid_of(wanted, {6e7, 8e7, 1e8, 1.3e8, 1.6e8, 2e8}, kTokens, 0.0, 1);
  const FitReport report = fit("chinchilla", runs, few_starts());
  CHECK(report.widened);
  CHECK(report.questions.optimum.word == OptimumWord::kFound);
  CHECK(report.at_bound.empty());
  for (std::size_t p = 0; p < wanted.size(); ++p) {
    CHECK(report.coefficients.at(p) == Approx(wanted[p]).epsilon(1e-4));
  }
}

TEST_CASE("questions: draws of a fit beyond the box lie beyond it too", "[fit][identity]") {
  const std::vector<double> wanted{1.8, 5e21, 2.7, 2000.0, 0.36};
  const RunTable runs = grid_of(wanted, {6e7, 8e7, 1e8, 1.3e8, 1.6e8, 2e8}, kTokens, 1e-4, 2);
  const FitReport report = fit("chinchilla", runs, few_starts());
  REQUIRE(report.widened);
  const BootstrapReport drawn =
      bootstrap("chinchilla", runs, few_starts(), report, {.resamples = 20});
  CHECK(drawn.certified >= 19);
  for (const std::vector<double>& draw : drawn.draws.bootstrap) {
    CHECK(draw[1] > 1e18);
    CHECK_NOTHROW(require_in_bounds(facts_of("chinchilla"), draw));
  }
}

TEST_CASE("questions: losses that follow nothing end on a bound or determine nothing",
          "[fit][refusal]") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    RunTable runs = grid_of(kHoffmann, kSizes, kTokens, 0.0, seed);
    Random random(seed);
    for (double& loss : runs.loss) loss = 2.5 * std::exp(0.003 * random.normal());
    const FitReport report = weighed(runs);
    CHECK(report.verdict != Verdict::kCertified);
    CHECK(report.questions.coefficients.word != CoefficientsWord::kDetermined);
  }
}

TEST_CASE("questions: hardly more cells than coefficients determine none", "[fit][refusal]") {
  const RunTable all = grid_of(kHoffmann, kSizes, kTokens, 0.003, 3);
  // Five coefficients: seven cells are too few, eight may do.
  const FitReport seven = weighed(rows_of(all, {0, 3, 5, 10, 15, 20, 22}), few_starts(), 0);
  CHECK(seven.questions.coefficients.word == CoefficientsWord::kNotDetermined);
  CHECK(any_says(seven.reasons, "the runs are 7 distinct cells, hardly more than the 5 free"));
  CHECK(any_says(seven.reasons, "Add runs in at least 1 other cell"));
  const FitReport eight = weighed(rows_of(all, {0, 3, 5, 10, 13, 15, 20, 23}), few_starts(), 0);
  CHECK_FALSE(any_says(eight.reasons, "distinct cells"));
}

TEST_CASE("questions: a coefficient is weak where the bootstrap alone says so", "[fit][identity]") {
  FitReport report;
  report.questions = {};
  report.coefficients = kHoffmann;
  const LawFacts law = facts_of("chinchilla");
  auto interval = [](double low, double high) {
    return EstimatedInterval{{low, high}, IntervalMethod::kPercentile};
  };
  std::vector<EstimatedInterval> intervals{interval(1.5, 1.8), interval(150.0, 800.0),
                                           interval(0.3, 0.4), interval(50.0, 5000.0),
                                           interval(0.25, 0.33)};
  add_intervals(law, {}, intervals, report);
  CHECK(report.weak == std::vector<std::string>{"B"});
  CHECK(report.verdict == Verdict::kInterpolates);
  intervals[2] = interval(1e-3, 0.35);  // a bound
  FitOptions fixed;
  fixed.fixed["B"] = 410.7;  // what is held is not asked about
  report.weak.clear();
  add_intervals(law, fixed, intervals, report);
  CHECK(report.weak == std::vector<std::string>{"alpha"});
}

TEST_CASE("questions: for close sizes the cure is other sizes", "[fit][refusal]") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    const RunTable runs =
        grid_of(kHoffmann, {1e9, 1.1e9, 1.2e9}, {4e9, 1.2e10, 4e10, 1.4e11}, 0.002, seed);
    const FitReport report = weighed(runs);
    CHECK(report.questions.coefficients.word == CoefficientsWord::kNotDetermined);
    CHECK(any_says(report.reasons, "Add runs at several times smaller and several times larger N"));
    CHECK_FALSE(any_says(report.reasons, "Add runs at the same N"));
    CHECK(report.cure.find("other values of N") != std::string::npos);
  }
}

TEST_CASE("questions: the runs that the cure names cure", "[fit][recovery]") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    const std::vector<double> few_tokens{4e9, 8e9, 1.6e10};
    RunTable runs = grid_of(kHoffmann, kSizes, few_tokens, 0.002, seed);
    const FitReport before = weighed(runs);
    REQUIRE(std::find(before.weak.begin(), before.weak.end(), "B") != before.weak.end());
    REQUIRE(before.cure.find("other values of D (1e+09, 2e+09, 3.2e+10, 6.4e+10)") !=
            std::string::npos);
    const RunTable more =
        grid_of(kHoffmann, {1e8, 3.2e9}, {1e9, 2e9, 3.2e10, 6.4e10}, 0.002, seed + 100);
    for (const Variable v : {Variable::kN, Variable::kD}) {
      auto& column = runs.column(v);
      column.insert(column.end(), more.column(v).begin(), more.column(v).end());
    }
    runs.loss.insert(runs.loss.end(), more.loss.begin(), more.loss.end());
    const FitReport after = weighed(runs);
    auto width = [](const FitReport& report) {
      for (const ProfileInterval& p : report.profile) {
        if (p.coefficient == "beta") return p.high - p.low;
      }
      return 0.0;
    };
    CHECK(width(after) < 0.6 * width(before));
  }
}

TEST_CASE("questions: a law that the largest runs leave is a lack of fit", "[fit][refusal]") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    RunTable runs = grid_of(kHoffmann, kSizes, kTokens, 0.002, seed);
    std::vector<double> compute = six_nd_of(runs), sorted = compute;
    std::sort(sorted.begin(), sorted.end());
    const double large = sorted[sorted.size() * 3 / 4];
    CHECK(weighed(runs, few_starts(), 0).questions.form.word == FormWord::kHolds);
    for (std::size_t i = 0; i < runs.num_runs(); ++i) {
      if (compute[i] >= large) runs.loss[i] *= 1.0 + 0.02 * (1.0 + std::log(compute[i] / large));
    }
    const FitReport report = weighed(runs, few_starts(), 0);
    CHECK(report.questions.form.word == FormWord::kLackOfFit);
    CHECK(report.verdict == Verdict::kDoubtful);
    CHECK(any_says(report.reasons, "it bends away from the runs"));
    REQUIRE(report.form);
    CHECK(report.form->covered < 0.5);
  }
}

TEST_CASE("questions: a fit that misses repeats by far lacks fit and one that meets them holds",
          "[fit][refusal]") {
  RunTable runs = grid_of(kHoffmann, kSizes, {2e9, 8e9, 3.2e10}, 0.01, 4);
  RunTable close = runs;
  Random random(5);
  for (const std::size_t i : {0u, 4u, 9u, 13u, 16u}) {
    for (RunTable* table : {&runs, &close}) {
      for (const Variable v : {Variable::kN, Variable::kD}) {
        table->column(v).push_back(table->column(v)[i]);
      }
    }
    // Repeats that agree to 0.1 % where the law misses by 1 %, and repeats of 1 %.
    close.loss.push_back(runs.loss[i] * std::exp(0.001 * random.normal()));
    runs.loss.push_back(loss_of_row("chinchilla", kHoffmann, runs, i) *
                        std::exp(0.01 * random.normal()));
  }
  const FitReport missed = weighed(close, few_starts(), 0);
  CHECK(missed.questions.form.word == FormWord::kLackOfFit);
  CHECK(any_says(missed.reasons, "where repeats of a cell differ by"));
  CHECK(missed.form->error_over_noise > 2.0);
  const FitReport met = weighed(runs, few_starts(), 0);
  CHECK(met.questions.form.word != FormWord::kLackOfFit);
  CHECK(met.form->error_over_noise > 0.5);
}

TEST_CASE("questions: runs too few to hide some leave the form untested", "[fit][identity]") {
  const RunTable runs =
      rows_of(grid_of(kHoffmann, kSizes, kTokens, 0.002, 6), {0, 3, 5, 8, 10, 14, 17, 20, 23});
  const FitReport report = weighed(runs, few_starts(), 0);
  CHECK(report.questions.form.word == FormWord::kUntested);
  REQUIRE(report.form);
  CHECK(report.form->num_hidden == 0);
}

TEST_CASE("questions: the widest bounds move only those that mean nothing", "[laws][identity]") {
  for (const std::string_view name : law_names()) {
    CAPTURE(name);
    const LawFacts law = facts_of(AnyLaw(name));
    for (const CoefficientInfo& own : law.coefficients) {
      CAPTURE(own.name);
      const CoefficientInfo wide = widest(own);
      CHECK((wide.lower == own.lower) == bound_means_something(own.lower));
      CHECK((wide.upper == own.upper) == bound_means_something(own.upper));
      CHECK(wide.lower <= own.lower);
      CHECK(wide.upper >= own.upper);
      CHECK(std::isfinite(to_axis(wide, wide.upper)));
    }
  }
}

}  // namespace
}  // namespace isoflop::testing::questions_test
