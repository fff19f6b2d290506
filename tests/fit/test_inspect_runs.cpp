#include <algorithm>
#include <numeric>

#include "catch.hpp"
#include "isoflop/fit/inspect_runs.hpp"
#include "planted_runs.hpp"

namespace isoflop::testing::inspect_runs_test {
namespace {

using Names = std::vector<std::string>;

std::string text_of(const std::vector<Finding>& findings) {
  std::string out;
  for (const Finding& f : findings) {
    out += std::string(to_string(f.severity)) + " [";
    for (const std::string& name : f.coefficients) out += " " + name;
    out += " ]: " + f.what + " / " + f.cure + "\n";
  }
  return out;
}

struct Planted {
  std::vector<double> n, d, g = {};
};

/// Every combination of the given values, with losses of the published law.
template <Law L>
RunTable full_design(const L& law, const Planted& values) {
  RunTable runs;
  for (const double n : values.n) {
    for (const double d : values.d) {
      for (const double g : values.g.empty() ? std::vector{1.0} : values.g) {
        runs.column(Variable::kN).push_back(n);
        runs.column(Variable::kD).push_back(d);
        if (!values.g.empty()) runs.column(Variable::kG).push_back(g);
        runs.loss.push_back(0.0);
        runs.loss.back() =
            loss_of_row(name_of(law), published_coefficients(law), runs, runs.num_runs() - 1);
      }
    }
  }
  return runs;
}

/// Runs D = k N^p, with D scattered by up to `scatter` (relative).
RunTable on_a_line(double k, double p, double scatter = 0.0) {
  RunTable runs;
  Random random(7);
  for (double n = 1e8; n < 2e10; n *= 2.0) {
    runs.column(Variable::kN).push_back(n);
    runs.column(Variable::kD).push_back(k * std::pow(n, p) * (1.0 + scatter * random.uniform()));
    runs.loss.push_back(0.0);
    runs.loss.back() = loss_of_row("chinchilla", kHoffmann, runs, runs.num_runs() - 1);
  }
  return runs;
}

const std::vector<double> kFiveSizes{1e8, 3e8, 1e9, 3e9, 1e10};
const std::vector<double> kFiveTokens{2e9, 1e10, 3e10, 1e11, 3e11};
const std::vector<double> kFiveG{1, 2, 4, 8, 16};

Names unidentified(const AnyLaw& law, const RunTable& runs, const FitOptions& options = {}) {
  const auto findings = inspect_runs(law, runs, options);
  INFO(text_of(findings));
  if (findings.empty() || findings[0].severity != FindingSeverity::kUnidentified) return {};
  CHECK(!findings[0].cure.empty());
  CHECK((findings.size() < 2 || findings[1].severity != FindingSeverity::kUnidentified));
  return findings[0].coefficients;
}

Names only_note(const AnyLaw& law, const RunTable& runs, const FitOptions& options = {}) {
  const auto findings = inspect_runs(law, runs, options);
  INFO(text_of(findings));
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].severity == FindingSeverity::kNote);
  return findings[0].coefficients;
}

void check_silent(const AnyLaw& law, const RunTable& runs, const FitOptions& options = {}) {
  const auto findings = inspect_runs(law, runs, options);
  INFO(text_of(findings));
  CHECK(findings.empty());
}

std::vector<Finding> suspects(const RunTable& runs) {
  auto findings = inspect_runs(Chinchilla::kName, runs);
  std::erase_if(findings, [](const Finding& f) { return f.severity != FindingSeverity::kSuspect; });
  return findings;
}

FitOptions fixing(std::map<std::string, double> fixed) {
  FitOptions options;
  options.fixed = std::move(fixed);
  return options;
}

TEST_CASE("inspect_runs: 19600 cells are asked like a few, whatever memory they take",
          "[fit][inspect]") {
  Planted values;
  for (int i = 0; i < 140; ++i) {
    values.n.push_back(1e7 * std::pow(1.06, i));
    values.d.push_back(1e9 * std::pow(1.06, i));
  }
  const RunTable runs = full_design(Chinchilla{}, values);
  REQUIRE(runs.num_runs() == 19'600);
  CHECK(text_of(inspect_runs("chinchilla", runs)) == "");
}

TEST_CASE("inspect_runs: five values of every variable raise nothing", "[fit][identity]") {
  check_silent(Chinchilla::kName, full_design(Chinchilla{}, {kFiveSizes, kFiveTokens}));
  check_silent(FineGrainedMoe::kName,
               full_design(FineGrainedMoe{}, {kFiveSizes, kFiveTokens, kFiveG}));
}

TEST_CASE("inspect_runs: dense runs beside sparse ones leave nothing open", "[fit][identity]") {
  RunTable runs;
  for (const double n : kFiveSizes) {
    for (const double d : kFiveTokens) {
      for (const double s : {0.0, 0.5, 0.75, 0.875, 0.9375}) {
        runs.column(Variable::kN).push_back(n);
        runs.column(Variable::kD).push_back(d);
        runs.column(Variable::kS).push_back(s);
        runs.loss.push_back(0.0);
        runs.loss.back() = loss_of_row(Sparsity::kName, published_coefficients(Sparsity{}), runs,
                                       runs.num_runs() - 1);
      }
    }
  }
  for (const Finding& f : inspect_runs(Sparsity::kName, runs)) {
    INFO(f.what);
    CHECK(f.severity == FindingSeverity::kNote);
  }
}

TEST_CASE("inspect_runs: one or two sizes leave the terms of N open", "[fit][refusal]") {
  const Names terms{"E", "A", "alpha"};
  CHECK(unidentified(Chinchilla::kName, full_design(Chinchilla{}, {{1e9}, kFiveTokens})) == terms);
  CHECK(unidentified(Chinchilla::kName, full_design(Chinchilla{}, {{1e9, 4e9}, kFiveTokens})) ==
        terms);
}

TEST_CASE("inspect_runs: sizes within five per cent are one size", "[fit][refusal]") {
  CHECK(unidentified(Chinchilla::kName,
                     full_design(Chinchilla{}, {{1e9, 1.02e9, 4e9}, kFiveTokens})) ==
        Names{"E", "A", "alpha"});
}

TEST_CASE("inspect_runs: one or two values of D leave the terms of D open", "[fit][refusal]") {
  const Names terms{"E", "B", "beta"};
  CHECK(unidentified(Chinchilla::kName, full_design(Chinchilla{}, {kFiveSizes, {1e10}})) == terms);
  CHECK(unidentified(Chinchilla::kName, full_design(Chinchilla{}, {kFiveSizes, {1e10, 9e10}})) ==
        terms);
}

TEST_CASE("inspect_runs: three or four sizes are a note", "[fit][format]") {
  const Names terms{"E", "A", "alpha"};
  CHECK(only_note(Chinchilla::kName, full_design(Chinchilla{}, {{1e8, 1e9, 1e10}, kFiveTokens})) ==
        terms);
  CHECK(only_note(Chinchilla::kName,
                  full_design(Chinchilla{}, {{1e8, 1e9, 3e9, 1e10}, kFiveTokens})) == terms);
}

TEST_CASE("inspect_runs: one or two granularities leave its term open", "[fit][refusal]") {
  const Names terms{"a", "g", "gamma"};
  for (const std::vector<double>& g : {std::vector{1.0}, {8.0}, {1.0, 8.0}}) {
    CHECK(unidentified(FineGrainedMoe::kName,
                       full_design(FineGrainedMoe{}, {kFiveSizes, kFiveTokens, g})) == terms);
  }
}

TEST_CASE("inspect_runs: one granularity is enough where g and gamma are fixed",
          "[fit][identity]") {
  check_silent(FineGrainedMoe::kName,
               full_design(FineGrainedMoe{}, {kFiveSizes, kFiveTokens, {8.0}}),
               fixing({{"g", 2.1}, {"gamma", 0.58}}));
}

TEST_CASE("inspect_runs: fixed exponents need fewer sizes", "[fit][identity]") {
  const RunTable runs = full_design(Chinchilla{}, {{1e8, 1e10}, kFiveTokens});
  CHECK(only_note(Chinchilla::kName, runs, fixing({{"alpha", 0.34}})) == Names{"E", "A"});
  check_silent(Chinchilla::kName, runs, fixing({{"alpha", 0.34}, {"A", 406.4}}));
}

TEST_CASE("inspect_runs: runs on one line of D and N leave both terms open", "[fit][refusal]") {
  const Names terms{"A", "alpha", "B", "beta"};
  CHECK(unidentified(Chinchilla::kName, on_a_line(20.0, 1.0)) == terms);
  CHECK(unidentified(Chinchilla::kName, on_a_line(300.0, 0.9)) == terms);
  CHECK(unidentified(Chinchilla::kName, on_a_line(20.0, 1.0, 0.05)) ==
        terms);  // rounded token counts
}

TEST_CASE("inspect_runs: a second line of D and N is the cure", "[fit][identity]") {
  RunTable runs = on_a_line(20.0, 1.0);
  const RunTable more = on_a_line(80.0, 1.0);
  for (const Variable v : Chinchilla::kVariables) {
    runs.column(v).insert(runs.column(v).end(), more.column(v).begin(), more.column(v).end());
  }
  runs.loss.insert(runs.loss.end(), more.loss.begin(), more.loss.end());
  check_silent(Chinchilla::kName, runs);
}

TEST_CASE("inspect_runs: tied exponents on one line leave both scales open", "[fit][refusal]") {
  FitOptions options;
  options.tied.emplace_back("alpha", "beta");
  const Names open = unidentified(Chinchilla::kName, on_a_line(20.0, 1.0), options);
  CHECK(std::find(open.begin(), open.end(), "A") != open.end());
  CHECK(std::find(open.begin(), open.end(), "B") != open.end());
}

TEST_CASE("inspect_runs: one line is enough where a term is fixed", "[fit][identity]") {
  check_silent(Chinchilla::kName, on_a_line(20.0, 1.0), fixing({{"B", 410.7}, {"beta", 0.28}}));
}

TEST_CASE("inspect_runs: one budget is a note and no more", "[fit][format]") {
  CHECK(only_note(Chinchilla::kName, on_a_line(1e20, -1.0)) == Names{"A", "alpha", "B", "beta"});
}

TEST_CASE("inspect_runs: a granularity that follows the size is named", "[fit][refusal]") {
  RunTable runs;
  for (const double n : kFiveSizes) {
    for (const double d : kFiveTokens) {
      runs.column(Variable::kN).push_back(n);
      runs.column(Variable::kD).push_back(d);
      runs.column(Variable::kG).push_back(std::sqrt(n / 1e8));
      runs.loss.push_back(0.0);
      runs.loss.back() = loss_of_row("fine-grained-moe", kKrajewski, runs, runs.num_runs() - 1);
    }
  }
  const Names open = unidentified(FineGrainedMoe::kName, runs);
  CHECK(std::find(open.begin(), open.end(), "g") != open.end());
}

TEST_CASE("inspect_runs: fewer cells than coefficients are counted", "[fit][refusal]") {
  RunTable runs = full_design(Chinchilla{}, {kFiveSizes, kFiveTokens});
  runs = rows_of(runs, {0, 7, 14, 20});
  const auto findings = inspect_runs(Chinchilla::kName, runs);
  INFO(text_of(findings));
  const bool counted = std::any_of(findings.begin(), findings.end(), [](const Finding& f) {
    return f.severity == FindingSeverity::kUnidentified &&
           f.what.find("4 distinct cells") != std::string::npos;
  });
  CHECK(counted);
}

TEST_CASE("inspect_runs: a run that stands twice is a note with both rows", "[fit][format]") {
  const RunTable runs = full_design(Chinchilla{}, {kFiveSizes, kFiveTokens});
  std::vector<std::size_t> rows(runs.num_runs());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  rows.push_back(4);
  const auto found = inspect_runs(Chinchilla::kName, rows_of(runs, rows));
  REQUIRE(found.size() == 1);
  CHECK(found[0].severity == FindingSeverity::kNote);
  CHECK(found[0].runs == std::vector<std::size_t>{4, 25});
}

TEST_CASE("inspect_runs: a repeated cell with another loss is no suspect", "[fit][identity]") {
  RunTable runs = full_design(Chinchilla{}, {kFiveSizes, kFiveTokens});
  std::vector<std::size_t> rows(runs.num_runs());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  rows.push_back(4);
  runs = rows_of(runs, rows);
  runs.loss.back() *= 1.01;
  check_silent(Chinchilla::kName, runs);
}

TEST_CASE("inspect_runs: tokens in another unit than the rest are suspects", "[fit][refusal]") {
  for (const double factor : {1e3, 1e6, 1e9}) {
    RunTable runs = full_design(Chinchilla{}, {kFiveSizes, kFiveTokens});
    for (const std::size_t row : {7, 12}) runs.column(Variable::kD)[row] /= factor;
    CAPTURE(factor);
    const auto found = suspects(runs);
    REQUIRE(found.size() == 1);
    CHECK(found[0].runs == std::vector<std::size_t>{7, 12});
  }
}

TEST_CASE("inspect_runs: a raw count among billions is a suspect", "[fit][refusal]") {
  RunTable runs = full_design(Chinchilla{}, {kFiveSizes, kFiveTokens});
  for (double& n : runs.column(Variable::kN)) n /= 1e9;
  runs.column(Variable::kN)[12] *= 1e9;
  const auto found = suspects(runs);
  REQUIRE(found.size() == 1);
  CHECK(found[0].runs == std::vector<std::size_t>{12});
  CHECK(found[0].what.find("raw counts beside billions of parameters") != std::string::npos);
}

TEST_CASE("inspect_runs: a run that is truly far larger is no suspect", "[fit][identity]") {
  RunTable runs = full_design(Chinchilla{}, {kFiveSizes, kFiveTokens});
  runs.column(Variable::kN).push_back(7e12);
  runs.column(Variable::kD).push_back(1e14);
  runs.loss.push_back(0.0);
  runs.loss.back() = loss_of_row("chinchilla", kHoffmann, runs, runs.num_runs() - 1);
  check_silent(Chinchilla::kName, runs);
}

TEST_CASE("inspect_runs: shares and numbers of experts are no counts in another unit",
          "[fit][identity]") {
  for_each_law([](const auto& law) {
    INFO("law " << name_of(law));
    for (const Finding& finding :
         inspect_runs(name_of(law), planted_runs(law, published_coefficients(law), 0.01))) {
      CAPTURE(finding.what);
      CHECK(finding.what.find("millions or billions") == std::string::npos);
      CHECK(finding.severity != FindingSeverity::kSuspect);
    }
  });
}

TEST_CASE("inspect_runs: a large leverage is no perplexity", "[fit][identity]") {
  RunTable runs = planted_runs(EfficiencyLeverage{}, published_coefficients(EfficiencyLeverage{}));
  for (double& leverage : runs.loss) leverage *= 100.0;
  for (const Finding& finding : inspect_runs(EfficiencyLeverage::kName, runs)) {
    CHECK(finding.what.find("perplexities") == std::string::npos);
  }
}

TEST_CASE("inspect_runs: a whole column in billions is a note", "[fit][format]") {
  RunTable runs = full_design(Chinchilla{}, {kFiveSizes, kFiveTokens});
  for (double& n : runs.column(Variable::kN)) n /= 1e9;
  CHECK(only_note(Chinchilla::kName, runs).empty());
}

TEST_CASE("inspect_runs: perplexities in place of losses are named", "[fit][refusal]") {
  RunTable runs = full_design(Chinchilla{}, {kFiveSizes, kFiveTokens});
  runs.loss[3] = 30.0;
  const auto found = suspects(runs);
  REQUIRE(found.size() == 1);
  CHECK(found[0].runs == std::vector<std::size_t>{3});
  for (double& loss : runs.loss) loss = 20.0 + loss;
  const auto all = suspects(runs);
  REQUIRE(all.size() == 1);
  CHECK(all[0].runs.empty());
}

TEST_CASE("inspect_runs: losses that are all the same determine nothing", "[fit][refusal]") {
  RunTable runs = full_design(Chinchilla{}, {kFiveSizes, kFiveTokens});
  std::fill(runs.loss.begin(), runs.loss.end(), 2.5);
  CHECK(unidentified(Chinchilla::kName, runs) == Names{"E", "A", "alpha", "B", "beta"});
}

TEST_CASE("inspect_runs: runs of weight zero do not count", "[fit][identity]") {
  RunTable runs = full_design(Chinchilla{}, {kFiveSizes, kFiveTokens});
  for (const double n : runs.column(Variable::kN)) runs.weight.push_back(n < 5e8 ? 1.0 : 0.0);
  CHECK(unidentified(Chinchilla::kName, runs) == Names{"E", "A", "alpha"});
}

TEST_CASE("inspect_runs: nothing free leaves no coefficient to name", "[fit][identity]") {
  check_silent(Chinchilla::kName, full_design(Chinchilla{}, {{1e9}, {1e10, 1e11}}),
               fixing({{"E", 1.69}, {"A", 406.4}, {"alpha", 0.34}, {"B", 410.7}, {"beta", 0.28}}));
}

TEST_CASE("inspect_runs: a law by its name is the law by its type", "[fit][identity]") {
  const RunTable runs = on_a_line(20.0, 1.0);
}

TEST_CASE("inspect_runs: runs without a variable of the law are refused", "[fit][refusal]") {
  CHECK_THROWS_AS(inspect_runs(FineGrainedMoe::kName, on_a_line(20.0, 1.0)), InvalidArgument);
  RunTable runs = on_a_line(20.0, 1.0);
  runs.loss[0] = -1.0;
  CHECK_THROWS_AS(inspect_runs(Chinchilla::kName, runs), InvalidArgument);
}

TEST_CASE("estimate_seed_noise: the noise that was planted in repeated cells comes back",
          "[fit][recovery]") {
  RunTable runs;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const RunTable more = planted_runs(Chinchilla{}, kHoffmann, 0.004, seed);
    for (const Variable v : Chinchilla::kVariables) {
      runs.column(v).insert(runs.column(v).end(), more.column(v).begin(), more.column(v).end());
    }
    runs.loss.insert(runs.loss.end(), more.loss.begin(), more.loss.end());
  }
  const auto noise = estimate_seed_noise(runs, Chinchilla::kVariables);
  REQUIRE(noise);
  CHECK(noise->num_cells == 20);
  CHECK(noise->num_runs == 400);
  CHECK(noise->degrees_of_freedom == 380);
  // The standard error of a standard deviation with 380 degrees of freedom is 3.6 %.
  CHECK(noise->sd_log == Approx(0.004).epsilon(0.12));
}

TEST_CASE("estimate_seed_noise: two runs of a cell differ by the root of two", "[fit][identity]") {
  RunTable runs = rows_of(planted_runs(Chinchilla{}, kHoffmann), {0, 3, 0, 0});
  runs.loss[2] = runs.loss[0] * std::exp(0.01);  // row 3 is row 0 again: it counts once
  const auto noise = estimate_seed_noise(runs, Chinchilla::kVariables);
  REQUIRE(noise);
  CHECK(noise->num_runs == 2);
  CHECK(noise->sd_log == Approx(0.01 / std::sqrt(2.0)).epsilon(1e-10));
}

TEST_CASE("estimate_seed_noise: without a repeated cell there is none", "[fit][identity]") {
  CHECK_FALSE(estimate_seed_noise(planted_runs(Chinchilla{}, kHoffmann), Chinchilla::kVariables));
}

}  // namespace
}  // namespace isoflop::testing::inspect_runs_test
