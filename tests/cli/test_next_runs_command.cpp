#include <cmath>
#include <sstream>

#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::next_runs_command_test {
namespace {

using Words = std::vector<std::string>;

/// The law of the simulated runs that ship, with draws.
void fit_law(const Workplace& here) {
  const Outcome fitted =
      here.fit_simulated({"--n-means", "total_non_embedding", "--expansion", "64", "--starts", "50",
                          "--bootstrap", "200", "-o", "law.json"});
  INFO(fitted.err);
  REQUIRE(fitted.exit_code == 0);
}

Words ask(Words words) {
  const Words question{"next-runs", "--law",          "law.json", "--target-flops",
                       "1e22",      "--budget-flops", "1e21"};
  words.insert(words.begin(), question.begin(), question.end());
  return words;
}

TEST_CASE("isoflop next-runs: the json has the documented fields", "[cli][format]") {
  const Workplace here;
  fit_law(here);
  const Outcome outcome = here.isoflop(ask({"--json"}));
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  const Json json = Json::parse(outcome.out);
  CHECK(keys_of(json) == Words{"format", "law", "target_flops", "budget_flops", "max_runs", "noise",
                               "refit_noise", "draws", "draws_without_plan", "candidates", "runs",
                               "flops", "plan"});
  CHECK(json["format"] == "isoflop.next-runs/1");
  REQUIRE_FALSE(json["runs"].empty());
  CHECK(json["runs"].size() <= 10);
  double sum = 0.0;
  for (const Json& run : json["runs"]) {
    CHECK(keys_of(run) == Words{"n", "d", "g", "flops"});
    sum += run["flops"].get<double>();
  }
  CHECK(json["flops"] == sum);
  CHECK(sum <= 1e21);
  CHECK(keys_of(json["plan"]) == Words{"n", "d", "loss", "g"});
  for (const Json& quantity : json["plan"]) {
    CHECK(keys_of(quantity) == Words{"estimate", "now", "expected", "width_left"});
    CHECK(quantity["now"][0] < quantity["estimate"]);
    CHECK(quantity["now"][1] > quantity["estimate"]);
    CHECK(quantity["width_left"].get<double>() ==
          Approx(std::log(quantity["expected"][1].get<double>() /
                          quantity["expected"][0].get<double>()) /
                 std::log(quantity["now"][1].get<double>() / quantity["now"][0].get<double>())));
    CHECK(quantity["width_left"] < 1.0);
  }
  // The noise of the simulated runs is 0.5 %; 78 of them tell it to about 8 in a hundred.
  CHECK(json["noise"].get<double>() == Approx(0.005).epsilon(0.25));
}

TEST_CASE("isoflop next-runs: the csv holds the runs of the json as file and on stdout",
          "[cli][identity]") {
  const Workplace here;
  fit_law(here);
  const Json json = Json::parse(here.isoflop(ask({"--json", "-o", "next.csv"})).out);
  const Outcome printed = here.isoflop(ask({"--csv"}));
  CHECK(printed.exit_code == 0);
  CHECK(printed.err.empty());
  CHECK(printed.out == here.read("next.csv"));
  std::istringstream lines(printed.out);
  std::string line;
  REQUIRE(std::getline(lines, line));
  CHECK(line == "n,d,g,flops");
  for (const Json& run : json["runs"]) {
    double n = 0, d = 0, g = 0, flops = 0;
    char comma = 0;
    lines >> n >> comma >> d >> comma >> g >> comma >> flops;
    CHECK(n == run["n"]);
    CHECK(d == run["d"]);
    CHECK(g == run["g"]);
    CHECK(flops == run["flops"]);
  }
}

TEST_CASE("isoflop next-runs: options reach the choice", "[cli][identity]") {
  const Workplace here;
  fit_law(here);
  const Json json =
      Json::parse(here.isoflop(ask({"--json", "--runs", "3", "--max-n", "2B", "--max-d", "30B",
                                    "--max-g", "8", "--noise", "1", "--granularity", "16"}))
                      .out);
  CHECK(json["runs"].size() <= 3);
  CHECK(json["noise"] == 0.01);
  CHECK(keys_of(json["plan"]) == Words{"n", "d", "loss"});
  for (const Json& run : json["runs"]) {
    CHECK(run["n"] <= 2e9);
    CHECK(run["d"] <= 30e9);
    CHECK(run["g"] <= 8.0);
  }
}

TEST_CASE("isoflop next-runs: the text shows runs and intervals", "[cli][format]") {
  const Workplace here;
  fit_law(here);
  const Outcome text = here.isoflop(ask({}));
  CHECK(text.exit_code == 0);
  CHECK(text.err.empty());
  for (const char* part : {"of the budget", "plan at 1e22 FLOPs", "95 % now", "expected",
                           "width left", " refits and ", " candidates"}) {
    CAPTURE(part);
    CHECK(contains(text.out, part));
  }
  CHECK_FALSE(contains(text.out, "nan"));
}

TEST_CASE("isoflop next-runs: a refusal is one line that names the fault", "[cli][refusal]") {
  const Workplace here;
  fit_law(here);
  struct Row {
    Words words;
    std::string names;
  };
  const Words target{"--target-flops", "1e22"}, budget{"--budget-flops", "1e21"};
  auto of = [](const std::string& law, const Words& a, const Words& b, const Words& c = {}) {
    Words out{"next-runs", law};
    for (const Words* part : {&a, &b, &c}) out.insert(out.end(), part->begin(), part->end());
    return out;
  };
  const Row rows[] = {
      {of("krajewski2024-e64", target, budget), "has no draws"},
      {of("clark2022-sbase", target, budget), "no compute-optimal plan"},
      {of("law.json", target, {"--budget-flops", "1e12"}), "below the cheapest run"},
      {of("law.json", {"--target-flops", "1e14"}, budget), "below the runs behind the law"},
      {of("law.json", target, budget, {"--granularity", "pow2"}), "continuous"},
      {of("law.json", target, budget, {"--noise", "-1"}), "--noise"},
      {of("law.json", target, budget, {"--runs", "0"}), "--runs"},
      {of("law.json", target, budget, {"--reach", "0.5"}), "reach"},
      {of("law.json", target, budget, {"--csv", "--json"}), "--csv and --json"},
      {of("law.json", target, budget, {"--u", "1e9"}), "not a variable"},
  };
  for (const Row& row : rows) {
    const Outcome outcome = here.isoflop(row.words);
    INFO(row.names << ": " << outcome.err);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(num_lines(outcome.err) == 1);
    CHECK(contains(outcome.err, row.names));
  }
}

}  // namespace
}  // namespace isoflop::testing::next_runs_command_test
