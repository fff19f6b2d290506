// A law given as text behaves as one that is compiled in.
#include <barrier>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "io/scratch_folder.hpp"
#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/fit/fit_law.hpp"
#include "isoflop/io/formula_file.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/log_losses.hpp"
#include "isoflop/plan/plan_law.hpp"
#include "published/shipped_tables.hpp"

namespace isoflop::testing::formula_law_test {
namespace {

AnyLaw example_law() {
  return law_of(std::string(ISOFLOP_SOURCE_DIR) + "/data/formulas/fine-grained-moe.json");
}

/// The 78 cells with losses of the published law and a regular disturbance of 0.5 %.
RunTable disturbed_grid() {
  RunTable runs = krajewski_grid();
  runs.loss.assign(runs.column(Variable::kN).size(), 1.0);
  const LawRecord law = find_law("krajewski2024-e64");
  runs.loss = log_losses(law.law, law.coefficients, runs);
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    runs.loss[i] = std::exp(runs.loss[i] + 0.005 * std::sin(static_cast<double>(7 * i)));
  }
  return runs;
}

TEST_CASE("FormulaLaw: a built-in law written as text reaches the same optimum",
          "[fit][formula][identity]") {
  const RunTable runs = disturbed_grid();
  FitOptions options;
  options.num_starts = 40;
  const FitReport built_in = fit("fine-grained-moe", runs, options);
  const FitReport text = fit(example_law(), runs, options);
  CHECK(built_in.questions.optimum.word == OptimumWord::kFound);
  CHECK(text.questions.optimum.word == OptimumWord::kFound);
  CHECK(text.verdict == built_in.verdict);
  CHECK(text.objective == Approx(built_in.objective).epsilon(1e-6));
  REQUIRE(text.coefficients.size() == 7);
  CHECK(text.num_free == 7);
  CHECK(text.profile.size() == 7);
  for (std::size_t p = 0; p < 7; ++p) {
    CHECK(text.coefficients[p] == Approx(built_in.coefficients[p]).epsilon(1e-5));
  }
}

/// E + A / N^alpha in the place of the law of the grid: another formula with the same name.
OwnFormula coarse_formula() {
  OwnFormula own{"", "", "", Formula("E + A*N^-alpha", {"N"}, {"E", "A", "alpha"}), {Variable::kN},
                 {}};
  own.coefficients = {{"E", "", Scale::kLog, 1e-3, 100.0, 0.3, 3.0},
                      {"A", "", Scale::kLog, 1e-9, 1e18, 1.0, 1e6},
                      {"alpha", "", Scale::kLinear, 1e-3, 4.0, 0.1, 1.0}};
  return own;
}
AnyLaw coarse_law() { return FormulaLaw(coarse_formula()); }

FitOptions few_starts() {
  FitOptions options;
  options.num_starts = 20;
  options.num_threads = 1;
  options.profile = false;
  return options;
}

/// The same and 14 more coefficients, all of them at hand at once, which it ends up without.
AnyLaw law_with_idle_coefficients() {
  std::string idle;
  std::vector<std::string> names{"E", "A", "alpha"};
  OwnFormula own = coarse_formula();
  for (int i = 0; i < 14; ++i) {
    names.push_back("p" + std::to_string(i));
    idle += "(" + names.back() + "*";
    own.coefficients.push_back({names.back(), "", Scale::kLinear, -1.0, 1.0, -0.5, 0.5});
  }
  const std::string ends(14, ')');
  own.formula = Formula("E + A*N^-alpha + 0*N*" + idle + "1" + ends, {"N"}, names);
  return FormulaLaw(own);
}

TEST_CASE("FormulaLaw: idle coefficients change no derivative of the others",
          "[fit][formula][derivative]") {
  const RunTable runs = disturbed_grid();
  const auto derivatives = [&](const AnyLaw& law, const CoefficientVector& at, Order order) {
    Derivatives out;
    fit_law(law)->objective(runs, HuberLoss(0.01), Residual::kLog)->evaluate(at, order, out);
    return out;
  };
  // An objective asks for as many as its law has room for. The bounds below are those of rounding.
  CoefficientVector few = CoefficientVector::Zero(SmallFormulaLaw::kCoefficientCapacity);
  CoefficientVector many = CoefficientVector::Zero(LargeFormulaLaw::kCoefficientCapacity);
  few.head<3>() << std::log(1.7), std::log(400.0), 0.34;
  for (Eigen::Index i = 0; i < 17; ++i) many[i] = i < 3 ? few[i] : 0.1 * static_cast<double>(i);
  for (const Order order : {Order::kFirst, Order::kSecond}) {
    const Derivatives small = derivatives(coarse_law(), few, order);
    const Derivatives large = derivatives(law_with_idle_coefficients(), many, order);
    CHECK(large.value == Approx(small.value).epsilon(1e-13));
    for (Eigen::Index i = 0; i < 17; ++i) {
      CAPTURE(i);
      CHECK(large.gradient[i] ==
            Approx(i < 3 ? small.gradient[i] : 0.0).epsilon(1e-11).margin(1e-12));
      for (Eigen::Index j = 0; j < 17; ++j) {
        const double expected = i < 3 && j < 3 ? small.curvature(i, j) : 0.0;
        CHECK(large.curvature(i, j) == Approx(expected).epsilon(1e-11).margin(1e-12));
      }
    }
  }
}

TEST_CASE("FormulaLaw: two formulas are fitted at once from two threads",
          "[fit][formula][identity]") {
  const RunTable runs = disturbed_grid();
  const std::vector<double> fine = fit(example_law(), runs, few_starts()).coefficients;
  const std::vector<double> coarse = fit(coarse_law(), runs, few_starts()).coefficients;
  // Each waits for the other in the middle of its fit: neither could go on alone.
  std::barrier both(2);
  auto fit_beside = [&](const AnyLaw& law, std::vector<double>& found) {
    FitOptions options = few_starts();
    bool met = false;
    options.progress = [&](std::size_t, std::size_t) {
      if (!met) both.arrive_and_wait();
      met = true;
    };
    found = fit(law, runs, options).coefficients;
  };
  std::vector<double> fine_beside, coarse_beside;
  std::thread other([&] { fit_beside(coarse_law(), coarse_beside); });
  fit_beside(example_law(), fine_beside);
  other.join();
  CHECK(fine_beside == fine);
  CHECK(coarse_beside == coarse);
}

TEST_CASE("FormulaLaw: a formula is fitted inside the fit of another one",
          "[fit][formula][identity]") {
  const RunTable runs = disturbed_grid();
  const std::vector<double> fine = fit(example_law(), runs, few_starts()).coefficients;
  const std::vector<double> coarse = fit(coarse_law(), runs, few_starts()).coefficients;
  std::vector<double> inside;
  FitOptions options = few_starts();
  options.progress = [&](std::size_t done, std::size_t) {
    if (done == 10) inside = fit(coarse_law(), runs, few_starts()).coefficients;
  };
  CHECK(fit(example_law(), runs, options).coefficients == fine);
  CHECK(inside == coarse);
}

TEST_CASE("FormulaLaw: resamples are refitted and certified", "[fit][formula][recovery]") {
  const RunTable runs = disturbed_grid();
  FitOptions options;
  options.num_starts = 20;
  options.profile = false;
  const FitReport report = fit(example_law(), runs, options);
  const BootstrapReport drawn = bootstrap(example_law(), runs, options, report, {.resamples = 20});
  CHECK(drawn.certified >= 19);
  REQUIRE(!drawn.draws.bootstrap.empty());
  CHECK(drawn.draws.bootstrap.front().size() == 7);
}

TEST_CASE("FormulaLaw: a plan from the same coefficients is the same",
          "[plan][formula][identity]") {
  PlanProblem request;
  request.law = find_law("krajewski2024-e64");
  request.accounting = FlopAccounting::kPaper;
  const Plan built_in = plan_law(request, {1e21}).at(0);
  request.law.law = example_law();
  const Plan text = plan_law(request, {1e21}).at(0);
  CHECK(text.status == PlanStatus::kOptimal);
  CHECK(text.granularity == built_in.granularity);
  CHECK(text.n_active == Approx(built_in.n_active).epsilon(1e-8));
  CHECK(text.loss == Approx(built_in.loss).epsilon(1e-12));
}

TEST_CASE("FormulaLaw: a law file brings its formula along", "[io][formula][format]") {
  LawRecord law = find_law("krajewski2024-e64");
  law.law = example_law();
  const auto json = law_to_json(law);
  CHECK(json["law"] == "formula");
  CHECK(json["definition"]["expression"] == "c + (g/G^gamma + a)/N^alpha + b/D^beta");
  const LawRecord read = law_from_json(json, "own.json");
  CHECK(read.law == example_law());
  CHECK(read.coefficients == law.coefficients);
  CHECK(law_to_json(read) == json);
}

TEST_CASE("AnyLaw: formulas of one name are the same where all that matters is",
          "[laws][identity]") {
  const AnyLaw known = example_law();
  CHECK(known == example_law());
  OwnFormula other = known.formula()->own();
  other.note = "a note changes nothing";
  CHECK(known == AnyLaw(FormulaLaw(other)));
  other.coefficients.front().upper *= 2.0;
  CHECK_FALSE(known == AnyLaw(FormulaLaw(other)));
  CHECK_FALSE(known == AnyLaw(known.name()));
}

TEST_CASE("law_of: another formula of the same name gets a name of its own",
          "[io][formula][identity]") {
  const ScratchFolder folder;
  const auto write = [&](const OwnFormula& own, const std::string& file) {
    return folder.write(file, formula_to_json(own).dump());
  };
  OwnFormula formula = example_law().formula()->own();
  const std::string first = write(formula, "first.json");
  formula.coefficients.front().upper *= 2.0;
  const std::string second = write(formula, "second.json");
  formula.name = "chinchilla";
  const std::string shadow = write(formula, "shadow.json");
  const std::vector<AnyLaw> beside{law_of(first)};
  CHECK(law_of(first, beside) == beside.front());
  CHECK(law_of(second, beside) == beside.front().name() + "-2");
  CHECK(law_of(shadow) == "chinchilla-2");
}

TEST_CASE("law_of: a preset names its law", "[io][identity]") {
  CHECK(law_of("chinchilla") == "chinchilla");
  CHECK(law_of("muennighoff2023") == "data-constrained");
  CHECK_THROWS_AS(law_of("no-such-law"), InvalidArgument);
}

}  // namespace
}  // namespace isoflop::testing::formula_law_test
