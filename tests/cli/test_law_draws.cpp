// What plan, predict and laws make of the draws and the verdict in a law file.
#include <cmath>

#include "catch.hpp"
#include "isoflop/core/interval.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/list.hpp"
#include "plan/drawn_laws.hpp"
#include "program.hpp"

namespace isoflop::testing::law_draws_test {
namespace {

using Words = std::vector<std::string>;

LawRecord fitted_law() {
  LawRecord law = find_law("krajewski2024-e64");
  law.name.clear();
  law.fit_status = "converged";
  law.verdict = "certified";
  law.draws = normal_draws(law, 0.02, 200, 20);
  return law;
}

/// A folder with law.json.
struct WithLaw : Workplace {
  explicit WithLaw(const LawRecord& law) { write("law.json", law_to_json(law).dump()); }
};

Json plan_json(const LawRecord& law, const Words& more = {}) {
  Words words{"plan", "law.json", "--flops", "1e21", "--json"};
  words.insert(words.end(), more.begin(), more.end());
  return Json::parse(WithLaw(law).isoflop(words).out)["plans"][0];
}

TEST_CASE("isoflop plan: draws in the law file give intervals in the json", "[cli][format]") {
  const Json plan = plan_json(fitted_law());
  for (const char* field : {"interval", "interval_method"}) {
    CHECK(keys_of(plan[field]) ==
          Words{"n_total", "n_active", "d_tokens", "tokens_per_active_parameter", "loss"});
  }
  for (const auto& [key, interval] : plan["interval"].items()) {
    CAPTURE(key);
    REQUIRE(interval.size() == 2);
    CHECK(interval[0] < plan[key]);
    CHECK(plan[key] < interval[1]);
    CHECK(plan["interval_method"][key] == "bca");
  }
  double shares = 0.0;
  for (const auto& [g, share] : plan["granularity_frequency"].items()) {
    CHECK((g == "8" || g == "16" || g == "32"));
    shares += share.get<double>();
  }
  CHECK(shares == Approx(1.0).epsilon(1e-12));
  CHECK(plan["regret_flops"].get<double>() > 0.0);
  CHECK(plan["regret_flops_95"] > plan["regret_flops"]);
  CHECK(plan["draws"] == 200);
  CHECK(plan["draws_without_plan"] == 0);
}

TEST_CASE("isoflop plan: a continuous granularity has an interval and no frequency",
          "[cli][format]") {
  const Json plan = plan_json(fitted_law(), {"--granularity", "continuous"});
  CHECK(plan["granularity_frequency"].is_null());
  CHECK(plan["interval"]["granularity"][0] < plan["granularity"]);
  CHECK(plan["granularity"] < plan["interval"]["granularity"][1]);
}

TEST_CASE("isoflop plan: a law without draws leaves the fields of draws null", "[cli][format]") {
  LawRecord law = fitted_law();
  law.draws = {};
  const Json plan = plan_json(law);
  for (const char* field : {"interval", "interval_method", "granularity_frequency", "regret_flops",
                            "regret_flops_95", "draws", "draws_without_plan"}) {
    CAPTURE(field);
    CHECK(plan[field].is_null());
  }
}

TEST_CASE("isoflop plan: without a jackknife the method is percentile", "[cli][format]") {
  LawRecord law = fitted_law();
  law.draws.jackknife.clear();
  CHECK(plan_json(law)["interval_method"]["loss"] == "percentile");
}

TEST_CASE("isoflop plan: people get a second table with intervals", "[cli][format]") {
  const Outcome plan =
      WithLaw(fitted_law()).isoflop({"plan", "law.json", "--flops", "1e3", "1e21"});
  CHECK(plan.exit_code == 0);
  CHECK(plan.err.empty());
  CHECK(contains(plan.out, "law.json (fit, certified): fine-grained-moe"));
  const std::size_t table =
      plan.out.find("\n\n95 % of the curve, from 200 refits to resampled runs (BCa):\nFLOPs ");
  REQUIRE(table != std::string::npos);
  const std::string below = plan.out.substr(table + 2);
  CHECK(contains(below, "D/N active"));
  CHECK(contains(below, "if another refit is true\n 1e21 "));
  CHECK(contains(below, " % of the FLOPs lost (95 % of refits: up to "));
  CHECK(contains(below, "16: "));
  CHECK(below.find("1K") > below.find("% of the FLOPs lost"));  // no row, only a note
}

TEST_CASE("isoflop plan: refits without a plan are mentioned", "[cli][format]") {
  LawRecord law = find_law("hoffmann2022");
  law.draws = normal_draws(law, 0.05, 60, 0);
  const Outcome plan = WithLaw(law).isoflop({"plan", "law.json", "--flops", "1.2e11"});
  CHECK(plan.exit_code == 0);
  CHECK(contains(plan.out, " of 60 refits have no plan and count nowhere above\n"));
}

TEST_CASE("isoflop plan: without a usable plan the coarse runs are not explained",
          "[cli][format]") {
  const Outcome plan = Workplace().isoflop({"plan", "krajewski2024-e64", "--flops", "1e3"});
  CHECK(plan.exit_code == 1);
  CHECK_FALSE(contains(plan.out, "\"G=1 needs\""));
}

TEST_CASE("isoflop predict: draws give an interval of the loss", "[cli][identity]") {
  const LawRecord law = fitted_law();
  const WithLaw here(law);
  const Words run{"predict", "law.json", "--n", "2.15B", "--d", "33B", "--g", "8"};
  const std::array<double, 3> x{2.15e9, 33e9, 8.0};
  std::vector<double> losses, left_out;
  for (const auto& c : law.draws.bootstrap) losses.push_back(loss(FineGrainedMoe{}, c, x));
  for (const auto& c : law.draws.jackknife) left_out.push_back(loss(FineGrainedMoe{}, c, x));
  const Interval expected =
      bca_interval(losses, loss(FineGrainedMoe{}, law.coefficients, x), left_out, 0.95).value();

  const Outcome text = here.isoflop(run);
  CHECK(text.exit_code == 0);
  CHECK(contains(text.out, "loss 2.9509 (95 % of the curve: "));
  CHECK(contains(text.out, ") nats per token   N = 2.15B, D = 33B, G = 8 (law.json; N is "));
  Words with_json = run;
  with_json.push_back("--json");
  const Json json = Json::parse(here.isoflop(with_json).out);
  REQUIRE(json["interval"].size() == 2);
  CHECK(json["interval"][0].get<double>() == Approx(expected.low).epsilon(1e-14));
  CHECK(json["interval"][1].get<double>() == Approx(expected.high).epsilon(1e-14));
}

TEST_CASE("isoflop: a doubtful fit is used and called so", "[cli][format]") {
  LawRecord law = fitted_law();
  law.verdict = "doubtful";
  law.reasons = {"gamma is weak", "no second start reached the best objective"};
  law.warnings = {"as many coefficients as runs"};
  law.at_bound = {"c", "gamma"};
  const WithLaw here(law);
  for (const Words& words : {Words{"plan", "law.json", "--flops", "1e21"},
                             Words{"predict", "law.json", "--n", "1B", "--d", "20B", "--g", "8"},
                             Words{"laws", "law.json"}}) {
    const Outcome outcome = here.isoflop(words);
    CHECK(outcome.exit_code == 0);
    CHECK(contains(outcome.out,
                   "note: this fit is doubtful: gamma is weak; no second start reached the best "
                   "objective\n"));
    CHECK(contains(outcome.out, "note: on a bound of the fit: c, gamma\n"));
    CHECK(contains(outcome.out, "note: as many coefficients as runs\n"));
  }
  CHECK(contains(here.isoflop({"laws", "law.json"}).out, "law.json (fit, doubtful)\n"));
}

TEST_CASE("isoflop: a certified fit carries no note", "[cli][format]") {
  const WithLaw here(fitted_law());
  CHECK_FALSE(contains(here.isoflop({"plan", "law.json", "--flops", "1e21"}).out, "note:"));
}

TEST_CASE("isoflop: a fit that failed needs to be accepted", "[cli][refusal]") {
  LawRecord law = fitted_law();
  law.verdict = "failed";
  const WithLaw here(law);
  const Outcome refused = here.isoflop({"plan", "law.json", "--flops", "1e21"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err ==
        "isoflop: law.json: this fit is failed; --accept-unconverged uses it all the same\n");
  const Outcome accepted =
      here.isoflop({"plan", "law.json", "--flops", "1e21", "--accept-unconverged"});
  CHECK(accepted.exit_code == 0);
  CHECK(contains(accepted.out, "note: this fit is failed\n"));
}

TEST_CASE("isoflop: only a law that ships is called published", "[cli][format]") {
  LawRecord law = find_law("krajewski2024-e64");
  const WithLaw here(law);
  CHECK(contains(here.isoflop({"plan", "law.json", "--flops", "1e21"}).out, "law.json (given): "));
  CHECK(contains(here.isoflop({"laws", "law.json"}).out, "law.json (given)\n"));
  CHECK(
      contains(here.isoflop({"laws", "krajewski2024-e64"}).out, "krajewski2024-e64 (published)\n"));
}

TEST_CASE("isoflop laws: the json of a law with draws is that law file again", "[cli][identity]") {
  const LawRecord law = fitted_law();
  const Outcome shown = WithLaw(law).isoflop({"laws", "law.json", "--json"});
  CHECK(without_origin(Json::parse(shown.out)) == law_to_json(law));
  // One draw to a line.
  CHECK(num_lines(shown.out) < 300);
}

}  // namespace
}  // namespace isoflop::testing::law_draws_test
