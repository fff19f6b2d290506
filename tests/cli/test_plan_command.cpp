#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::plan_command_test {
namespace {

using Words = std::vector<std::string>;

Json plans_of(const Outcome& outcome) {
  CHECK(outcome.err.empty());
  return Json::parse(outcome.out)["plans"];
}

TEST_CASE("isoflop plan: the table for people is this text", "[cli][format]") {
  const Outcome plan = Workplace().isoflop({"plan", "krajewski2024-e64", "--flops", "1e21"});
  CHECK(plan.exit_code == 0);
  CHECK(plan.err.empty());
  // This pins the layout; the tests of the planner vouch for the numbers.
  CHECK(plan.out ==
        R"(krajewski2024-e64 (published): fine-grained-moe, N is total_non_embedding, E = 64
FLOPs: (12 d^2 c_f + d E G c_r) D n_blocks, c_f = 6, c_r = 14, d = 64 n_blocks
Experts: E = 64, G open, k0 = 1: E' = E G experts of width n = d_ff / G, K = k0 G per token, d_ff = 4 d_model

FLOPs  N active  N total  D tokens  D/N active    loss  d_model  blocks   G    E'    n   K  routing  loss at G=1  G=1 needs
 1e21    2.482B   106.7B    61.94B        25.0  2.2872     2366    37.0  16  1024  591  16    7.8 %       2.3677      +96 %

"G=1 needs": extra FLOPs with which the best coarse run (G = 1) would reach the same loss.

1e21: beyond the runs behind this law in N, D/N
1e21: at least 1.1 decades of compute beyond the runs
)");
}

TEST_CASE("isoflop plan: the json has the documented fields", "[cli][format]") {
  const Outcome plan =
      Workplace().isoflop({"plan", "krajewski2024-e64", "--flops", "1e21", "--json"});
  CHECK(plan.exit_code == 0);
  CHECK(plan.err.empty());
  const Json json = Json::parse(plan.out);
  CHECK(keys_of(json) == Words{"format", "law", "cost", "expansion", "experts", "plans"});
  CHECK(json["format"] == "isoflop.plan/1");
  CHECK(json["law"] == "krajewski2024-e64");
  CHECK(json["expansion"] == 64.0);
  CHECK(json["cost"] == Json{{"accounting", "paper"},
                             {"active_cost", 6.0},
                             {"router_cost", 14.0},
                             {"width_per_block", 64.0}});
  const Json best = json["plans"][0];
  CHECK(keys_of(best) == Words{"budget_flops",
                               "n_total",
                               "n_active",
                               "n_law",
                               "d_tokens",
                               "tokens_per_active_parameter",
                               "granularity",
                               "loss",
                               "d_model",
                               "n_blocks",
                               "router_flops_share",
                               "coarse",
                               "binding",
                               "interval",
                               "interval_method",
                               "granularity_frequency",
                               "curve",
                               "new_run",
                               "regret_flops",
                               "regret_flops_95",
                               "draws",
                               "draws_without_plan",
                               "extrapolates",
                               "beyond_runs",
                               "status",
                               "note",
                               "experts"});
  CHECK(keys_of(best["coarse"]) == Words{"n_active", "d_tokens", "loss", "extra_flops"});
  CHECK(best["budget_flops"] == 1e21);
  CHECK(best["status"] == "optimal");
  CHECK(best["extrapolates"] == Json{"N", "D/N"});
  CHECK(keys_of(best["beyond_runs"]) == Words{"decades", "at_least"});
}

TEST_CASE("isoflop plan: fields that a law does not have are null", "[cli][format]") {
  const Outcome plan = Workplace().isoflop({"plan", "hoffmann2022", "--flops", "1e21", "--json"});
  CHECK(Json::parse(plan.out)["cost"] == Json{{"accounting", "6nd"}});
  const Json best = plans_of(plan)[0];
  for (const char* field : {"granularity", "d_model", "n_blocks", "coarse", "note"}) {
    CAPTURE(field);
    CHECK(best[field].is_null());
  }
}

TEST_CASE("isoflop plan: several budgets have a plan each", "[cli][identity]") {
  const Workplace here;
  const Json plans =
      plans_of(here.isoflop({"plan", "krajewski2024-e64", "--flops", "1e20", "1e21", "--json"}));
  REQUIRE(plans.size() == 2);
  CHECK(plans[1] ==
        plans_of(here.isoflop({"plan", "krajewski2024-e64", "--flops", "1e21", "--json"}))[0]);
}

TEST_CASE("isoflop plan: numbers are read as people type them", "[cli][identity]") {
  const Workplace here;
  const auto plan = [&](const Words& flops) {
    Words words{"plan", "krajewski2024-e64", "--json", "--flops"};
    words.insert(words.end(), flops.begin(), flops.end());
    return here.isoflop(words).out;
  };
  const std::string expected = plan({"1e20", "1e21", "5e21"});
  REQUIRE(Json::parse(expected)["plans"].size() == 3);
  for (const Words& flops :
       {Words{"1e20,1e21,5e21"}, Words{"1e20, 1e21, 5e21"}, Words{"1e20 1e21 5e21"},
        Words{"1e20,", "1e21,", "5e21"}, Words{"100e18", "1E+21", "5000000000T"},
        Words{"1e11B", "1e9T", "5e15M"}}) {
    CAPTURE(flops);
    CHECK(plan(flops) == expected);
  }
}

TEST_CASE("isoflop plan: the law may be an option as well", "[cli][identity]") {
  const Workplace here;
  CHECK(here.isoflop({"plan", "--law", "hoffmann2022", "--flops", "1e21"}).out ==
        here.isoflop({"plan", "hoffmann2022", "--flops", "1e21"}).out);
}

TEST_CASE("isoflop plan: options before the law do not swallow it", "[cli][identity]") {
  // The usage line puts them there: isoflop plan [OPTIONS] [LAW].
  const Workplace here;
  CHECK(here.isoflop({"plan", "--flops", "1e21", "hoffmann2022"}).out ==
        here.isoflop({"plan", "hoffmann2022", "--flops", "1e21"}).out);
}

TEST_CASE("isoflop plan: a granularity is written as the number that was asked for",
          "[cli][format]") {
  const Workplace here;
  const auto granularity = [&](const std::string& search) {
    return plans_of(here.isoflop({"plan", "krajewski2024-e64", "--flops", "1e21", "--granularity",
                                  search, "--json"}))[0]["granularity"];
  };
  CHECK(granularity("pow2") == 16.0);
  CHECK(granularity("12") == 12.0);
}

TEST_CASE("isoflop plan: stated conventions that agree with the law are accepted",
          "[cli][identity]") {
  const Workplace here;
  CHECK(here.isoflop({"plan", "krajewski2024-e64", "--flops", "1e21", "--expansion", "64",
                      "--n-means", "total_non_embedding"})
            .out == here.isoflop({"plan", "krajewski2024-e64", "--flops", "1e21"}).out);
}

TEST_CASE("isoflop plan: prices and shape reach the planner", "[cli][identity]") {
  const Workplace here;
  const auto best = [&](const Words& more) {
    Words words{"plan", "krajewski2024-e64", "--flops", "1e21", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return plans_of(here.isoflop(words))[0];
  };
  const Json plain = best({});
  CHECK(best({"--router-cost", "20"})["router_flops_share"] > plain["router_flops_share"]);
  CHECK(best({"--active-cost", "12"})["n_active"] < plain["n_active"]);
  CHECK(best({"--width-per-block", "128"})["d_model"] > plain["d_model"]);
  CHECK(best({"--granularity", "4"})["loss"] > plain["loss"]);
  CHECK(best({"--granularity", "continuous"})["loss"] <= plain["loss"]);
  CHECK(best({"--cost", "6nd", "--granularity", "16"})["router_flops_share"] == 0.0);
}

TEST_CASE("isoflop plan: one usable budget among others exits 0", "[cli][identity]") {
  const Outcome plan = Workplace().isoflop(
      {"plan", "krajewski2024-e64", "--flops", "1e3", "1e12", "1e21", "--json"});
  CHECK(plan.exit_code == 0);
  const Json plans = plans_of(plan);
  CHECK(plans[0]["status"] == "budget_too_small");
  CHECK(plans[1]["status"] == "at_search_edge");
  CHECK(plans[2]["status"] == "optimal");
  CHECK(plans[0]["loss"].is_null());
  CHECK(plans[1]["n_active"].is_null());
}

TEST_CASE("isoflop plan: no usable budget exits 1 with a status and its reason", "[cli][refusal]") {
  const Workplace here;
  const Outcome text = here.isoflop({"plan", "krajewski2024-e64", "--flops", "1e3", "1e12"});
  CHECK(text.exit_code == 1);
  CHECK(contains(text.out, "budget_too_small"));
  CHECK(contains(text.out, "at_search_edge"));
  CHECK(contains(text.out, "could not be trained on one token"));
  const Outcome json = here.isoflop({"plan", "krajewski2024-e64", "--flops", "1e12", "--json"});
  CHECK(json.exit_code == 1);
  CHECK(plans_of(json)[0]["note"] ==
        "the best model would be smaller than the smallest of this family");
}

}  // namespace
}  // namespace isoflop::testing::plan_command_test
