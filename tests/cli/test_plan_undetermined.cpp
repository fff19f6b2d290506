#include "catch.hpp"
#include "plan/doubted_laws.hpp"
#include "program.hpp"

namespace isoflop::testing::plan_undetermined_test {
namespace {

using Words = std::vector<std::string>;

/// Puts a law with these draws there as law.json.
void write_law(const Workplace& here, const std::vector<std::vector<double>>& draws) {
  const std::vector<double> own = planning_times(1.0);
  Json law{{"format", "isoflop.law/1"}, {"law", "chinchilla"}};
  law["coefficients"] = {
      {"E", own[0]}, {"A", own[1]}, {"alpha", own[2]}, {"B", own[3]}, {"beta", own[4]}};
  law["ranges"] = {{"N", {1e7, 1e9}}, {"D", {1e9, 1e11}}, {"N*D", {1e16, 1e19}}};
  law["draws"]["bootstrap"] = draws;
  here.write("law.json", law.dump());
}

Outcome plan(const Workplace& here, const Words& more) {
  Words words{"plan", "law.json", "--flops", "6e20"};
  words.insert(words.end(), more.begin(), more.end());
  return here.isoflop(words);
}

TEST_CASE("isoflop plan: an undetermined plan is shown behind its status and exits 1",
          "[cli][format]") {
  const Workplace here;
  write_law(here, draws_that_span(112.0));
  const Outcome plan_of = plan(here, {});
  CHECK(plan_of.exit_code == 1);
  CHECK(plan_of.err.empty());
  // This pins what stands before the numbers; the tests of plan_doubts vouch for these.
  const std::string begin = R"(law.json (given): chinchilla, N is unspecified
FLOPs: 6 N_active D

UNDETERMINED at 6e20: the runs do not say what to train: the 95 % interval of N active spans a factor of 112 (more than 30)
--accept-undetermined takes such a plan all the same; 'isoflop next-runs' chooses runs that would say more

FLOPs  N active  N total  D tokens  D/N active    loss  d_model  blocks
 6e20       10B      10B       10B         1.0  2.0185        -       -
)";
  CHECK(plan_of.out.substr(0, begin.size()) == begin);
  CHECK(contains(plan_of.out,
                 "\n6e20: beyond the runs behind this law in N\n"
                 "6e20: 1.0 decades of compute beyond the runs\n"));
}

TEST_CASE("isoflop plan: an undetermined plan that is accepted exits 0 and keeps its status",
          "[cli][identity]") {
  const Workplace here;
  write_law(here, draws_that_span(112.0));
  const Outcome text = plan(here, {"--accept-undetermined"});
  CHECK(text.exit_code == 0);
  CHECK(contains(text.out, "UNDETERMINED at 6e20: the runs do not say what to train"));
  CHECK_FALSE(contains(text.out, "--accept-undetermined"));
  const Outcome json = plan(here, {"--accept-undetermined", "--json"});
  CHECK(json.exit_code == 0);
  CHECK(Json::parse(json.out)["plans"][0]["status"] == "undetermined");
}

TEST_CASE("isoflop plan: the json of an undetermined plan has its numbers and why",
          "[cli][format]") {
  const Workplace here;
  write_law(here, draws_that_span(112.0));
  const Outcome json = plan(here, {"--json"});
  CHECK(json.exit_code == 1);
  const Json row = Json::parse(json.out)["plans"][0];
  CHECK(row["status"] == "undetermined");
  REQUIRE(row["why"].size() == 1);
  CHECK(row["why"][0]["quantity"] == "n_active_span");
  CHECK(row["why"][0]["value"].get<double>() == Approx(112.0).epsilon(1e-7));
  CHECK(row["why"][0]["threshold"] == 30.0);
  CHECK(row["n_active"].get<double>() == Approx(1e10).epsilon(1e-7));
  CHECK(row["loss"].is_number());
  CHECK(row["interval"]["n_active"].is_array());
  CHECK(row["beyond_runs"]["at_least"] == false);
  CHECK(row["beyond_runs"]["decades"].get<double>() == Approx(1.0).epsilon(1e-9));
}

TEST_CASE("isoflop plan: a determined plan has no why, and one within the runs no distance",
          "[cli][format]") {
  const Workplace here;
  write_law(here, draws_that_span(2.0));
  const Outcome json = here.isoflop({"plan", "law.json", "--flops", "5e19", "--json"});
  CHECK(json.exit_code == 0);
  const Json row = Json::parse(json.out)["plans"][0];
  CHECK(row["status"] == "optimal");
  CHECK_FALSE(row.contains("why"));
  CHECK_FALSE(row.contains("beyond_runs"));
}

TEST_CASE("isoflop plan: thresholds are options, shares as numbers or per cent",
          "[cli][identity]") {
  const Workplace here;
  write_law(here, draws_that_span(20.0));
  CHECK(plan(here, {}).exit_code == 0);
  CHECK(plan(here, {"--max-n-span", "19.9"}).exit_code == 1);
  CHECK(plan(here, {"--max-n-span", "20.1"}).exit_code == 0);
  write_law(here, draws_that_lose(0.4));
  CHECK(plan(here, {}).exit_code == 1);
  CHECK(plan(here, {"--max-regret", "39.9%"}).exit_code == 1);
  CHECK(plan(here, {"--max-regret", "40.1%"}).exit_code == 0);
  CHECK(plan(here, {"--max-regret", "0.401"}).exit_code == 0);
  write_law(here, draws_without_plan(10));
  CHECK(plan(here, {}).exit_code == 1);
  CHECK(plan(here, {"--max-without-plan", "9.9%"}).exit_code == 1);
  CHECK(plan(here, {"--max-without-plan", "0.1"}).exit_code == 0);
  write_law(here, draws_that_span(1e6));
  CHECK(plan(here, {"--max-n-span", "inf", "--max-regret", "1"}).exit_code == 0);
}

TEST_CASE("isoflop plan: thresholds that mean nothing exit 2", "[cli][refusal]") {
  const Workplace here;
  write_law(here, draws_that_span(2.0));
  const auto refused = [&](const Words& more) {
    const Outcome outcome = plan(here, more);
    CHECK(outcome.exit_code == 2);
    return outcome.err;
  };
  CHECK(refused({"--max-n-span", "1"}) == "isoflop: --max-n-span is a factor above 1\n");
  CHECK(refused({"--max-n-span", "-3"}) == "isoflop: --max-n-span: \"-3\" must be above zero\n");
  CHECK(refused({"--max-regret", "20"}) ==
        "isoflop: --max-regret: \"20\" must be a share, such as 0.2 or 20%\n");
  CHECK(refused({"--max-without-plan", "-1%"}) ==
        "isoflop: --max-without-plan: \"-1%\" must be a share, such as 0.2 or 20%\n");
}

TEST_CASE("isoflop plan: one undetermined budget among others exits 1", "[cli][identity]") {
  const Workplace here;
  // The smallest model is the edge of the search: at a small budget a tenth of the draws is beyond.
  write_law(here, draws_that_span(20.0));
  const Outcome both = here.isoflop({"plan", "law.json", "--flops", "2e11", "1e20", "--json"});
  CHECK(both.exit_code == 1);
  const Json plans = Json::parse(both.out)["plans"];
  CHECK(plans[0]["status"] == "undetermined");
  CHECK(plans[0]["why"][0]["quantity"] == "without_plan_share");
  CHECK(plans[1]["status"] == "optimal");
  CHECK(here.isoflop({"plan", "law.json", "--flops", "1e20"}).exit_code == 0);
}

TEST_CASE("isoflop plan: more than three undetermined budgets have one line", "[cli][format]") {
  const Workplace here;
  write_law(here, draws_that_span(112.0));
  const Outcome four = here.isoflop({"plan", "law.json", "--flops", "1e18,1e19,1e20,1e21"});
  CHECK(contains(four.out,
                 "UNDETERMINED at 4 budgets from 1e18 to 1e21: the runs do not say what to train: "
                 "the 95 % interval of N active spans a factor of 112 (more than 30)\n"));
}

TEST_CASE("isoflop plan: the run of an undetermined plan is not written unless it is accepted",
          "[cli][refusal]") {
  const Workplace here;
  write_law(here, draws_that_span(112.0));
  const Words emit{"--n-means", "active_non_embedding", "--emit", "megatron", "-o", "run.sh"};
  const Outcome refused = plan(here, emit);
  CHECK(refused.exit_code == 1);
  CHECK(refused.err ==
        "isoflop: the plan is undetermined, so its run is not written; --accept-undetermined "
        "writes it\n");
  CHECK(contains(refused.out, "UNDETERMINED"));
  CHECK_FALSE(here.exists("run.sh"));
  const Outcome printed = plan(here, {emit.begin(), emit.begin() + 4});
  CHECK(printed.exit_code == 1);
  CHECK(contains(printed.out, "UNDETERMINED"));
  Words accepting = emit;
  accepting.emplace_back("--accept-undetermined");
  CHECK(plan(here, accepting).exit_code == 0);
  CHECK(here.exists("run.sh"));
}

TEST_CASE("isoflop frontier: undetermined plans are marked, and one that is not exits 0",
          "[cli][identity]") {
  const Workplace here;
  write_law(here, draws_that_span(20.0));
  const Words curve{"frontier", "law.json", "--from", "2e11", "--to", "1e20", "--points", "2"};
  const Outcome text = here.isoflop(curve);
  CHECK(text.exit_code == 0);
  CHECK(contains(text.out, "UNDETERMINED at 200B: "));
  CHECK(contains(text.out, "  undetermined\n"));
  CHECK(contains(text.out, "  optimal\n"));
  Words csv = curve;
  csv.emplace_back("--csv");
  CHECK(contains(here.isoflop(csv).out, ",undetermined\n"));
  Words json = curve;
  json.insert(json.end(), {"--json", "--max-n-span", "3"});
  const Outcome none = here.isoflop(json);
  CHECK(none.exit_code == 1);
  CHECK(Json::parse(none.out)["plans"][1]["status"] == "undetermined");
  json.emplace_back("--accept-undetermined");
  CHECK(here.isoflop(json).exit_code == 0);
  CHECK(here.isoflop(
                {"frontier", "law.json", "--from", "1e20", "--to", "1e21", "--max-regret", "20%"})
            .exit_code == 2);  // a curve has no regret
}

}  // namespace
}  // namespace isoflop::testing::plan_undetermined_test
