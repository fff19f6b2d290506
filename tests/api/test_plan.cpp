#include <nlohmann/json.hpp>

#include "api/doors.hpp"
#include "catch.hpp"
#include "cli/program.hpp"
#include "io/scratch_folder.hpp"
#include "isoflop/api/plan.hpp"
#include "isoflop/io/json_text.hpp"
#include "isoflop/io/whole_file.hpp"
#include "isoflop/text/plan.hpp"
#include "plan/doubted_laws.hpp"

namespace isoflop::testing::plan_test {
namespace {

TEST_CASE("api plan: the door gives the program's document and text to the byte",
          "[api][identity]") {
  api::PlanRequest request;
  request.planner.law.law = "krajewski2024-e64";
  request.planner.limits.max_memory_gb = 80.0;
  request.budget.flops = {1e20, 1e21};
  const std::vector<std::string> words{"plan", "krajewski2024-e64", "--flops", "1e20",
                                       "1e21", "--max-memory-gb",   "80"};
  const Workplace here;
  const api::PlanOutcome outcome = api::plan(request);
  CHECK(outcome.usable());
  CHECK(text::plan(outcome).find('\x02') != std::string::npos);  // a limit binds
  CHECK(show_fields(text::plan(outcome), FieldStyle::kFlag) == here.isoflop(words).out);
  std::vector<std::string> json = words;
  json.push_back("--json");
  CHECK(json_text(to_json(outcome)) == here.isoflop(json).out);
}

TEST_CASE("api plan: a request goes through JSON and comes back as it was", "[api][identity]") {
  api::PlanRequest request;
  request.planner.law.law = "krajewski2024-e64";
  request.planner.accounting.granularity = 8.0;
  request.planner.limits.unique_tokens = 3e9;
  request.budget.gpu_hours = {1000.0};
  request.budget.gpu = "h100-sxm";
  request.counts.num_experts = 512;
  request.versus = {"dense", "coarse"};
  request.shapes.shapes = true;
  request.doubt.accept_undetermined = true;
  request.doubt.max_n_span = 100.0;
  request.doubt.max_regret = 0.3;
  const Json json = to_json(request);
  CHECK(json["verb"] == "plan");
  CHECK(json["granularity"] == 8.0);
  CHECK(json["accept_undetermined"] == true);
  CHECK(json["max_n_span"] == 100.0);
  CHECK(json["max_regret"] == 0.3);
  CHECK_FALSE(json.contains("max_without_plan"));
  CHECK(to_json(api::plan_request(json)) == json);
  CHECK(to_json(api::plan(api::plan_request(json))) == to_json(api::plan(request)));
}

TEST_CASE("api plan: expansion is free, a number, or what the law says", "[api][format]") {
  const auto read = [](const char* word) {
    return api::plan_request({{"law", "x"}, {"expansion", word}});
  };
  CHECK(read("free").free_expansion);
  CHECK(to_json(read("free"))["expansion"] == "free");
  CHECK_FALSE(read("8").free_expansion);
  CHECK(read("8").planner.law.expansion == 8.0);
  CHECK(to_json(read("8"))["expansion"] == 8.0);
  CHECK(refused_field([&] { read("freely"); }) == "expansion");
}

TEST_CASE("api plan: granularity is a search or a number", "[api][format]") {
  const auto read = [](const char* word) {
    return api::plan_request({{"law", "x"}, {"granularity", word}}).planner.accounting;
  };
  CHECK(read("continuous").search == "continuous");
  CHECK_FALSE(read("continuous").granularity);
  CHECK(read("16").granularity == 16.0);
  CHECK(read("16").search.empty());
  CHECK(refused_field([&] { read("fine"); }) == "granularity");
}

TEST_CASE("api plan: the time of a cost table is a value of the outcome", "[api][identity]") {
  api::PlanRequest request;
  request.planner.law.law = "krajewski2024-e64";
  request.planner.width_per_block = 96.0;
  request.budget.gpu_hours = {100.0};
  request.time.cost_table = ISOFLOP_SOURCE_DIR "/data/costs/h200-paper.json";
  request.time.micro_batch = 8192.0;
  const api::PlanOutcome outcome = api::plan(request);
  REQUIRE(outcome.time);
  CHECK(outcome.time->setup.tokens == 8192.0);
  CHECK(outcome.problem.time);
  CHECK(outcome.inputs.size() == 1);
}

TEST_CASE("api plan: the document and the text say which check stands behind the hours",
          "[api][format]") {
  const ScratchFolder folder;
  Json table = Json::parse(read_file(ISOFLOP_SOURCE_DIR "/data/costs/h200-paper.json"));
  for (Json& row : table["rows"]) {
    row["graph"] = false;
    row["checked"] = "self";
  }
  api::PlanRequest request;
  request.planner.law.law = "krajewski2024-e64";
  request.budget.gpu_hours = {100.0};
  request.time.cost_table = folder.write("mine.json", table.dump());
  request.time.micro_batch = 8192.0;
  const api::PlanOutcome outcome = api::plan(request);
  CHECK(
      to_json(outcome)["cost"] ==
      Json{{"accounting", "time"}, {"source", "measured"}, {"graph", false}, {"checked", "self"}});
  CHECK_THAT(text::plan(outcome), Catch::Matchers::ContainsSubstring(
                                      "launched kernel by kernel, checked against itself only)"));
}

TEST_CASE("api plan: a share is a number or a word in per cent", "[api][format]") {
  const auto read = [](const Json& share) {
    return api::plan_request({{"law", "x"}, {"max_regret", share}}).doubt.max_regret;
  };
  CHECK(read("20%") == 0.2);
  CHECK(read("0.2") == 0.2);
  CHECK(read(0.2) == 0.2);
  CHECK(read("0 %") == 0.0);
  CHECK(refused_field([&] { read("20"); }) == "max_regret");
  CHECK(refused_field([&] { read("%"); }) == "max_regret");
}

TEST_CASE("api plan: without intervals the plan is the same, by a law and by times with draws",
          "[api][identity]") {
  ScratchFolder folder;
  const Json law{
      {"format", "isoflop.law/1"},
      {"law", "chinchilla"},
      {"coefficients",
       {{"E", 1.7}, {"A", 400.0}, {"alpha", kOneExponent}, {"B", 400.0}, {"beta", kOneExponent}}},
      {"draws", {{"bootstrap", draws_that_span(112.0)}}}};
  api::Context typing;
  typing.intervals = false;
  for (const Json& request : {Json{{"law", folder.write("law.json", law.dump())}, {"flops", 1e21}},
                              Json{{"law", "krajewski2024-e64"},
                                   {"gpu_hours", 100.0},
                                   {"cost_table", "h200-modern"},
                                   {"micro_batch", 16384.0}}}) {
    const Plan whole = api::plan(api::plan_request(request)).plans().front();
    const Plan first = api::plan(api::plan_request(request), typing).plans().front();
    CHECK(whole.draws);
    CHECK_FALSE(first.draws);
    CHECK(first.n_active == whole.n_active);
    CHECK(first.loss == whole.loss);
  }
}

TEST_CASE("api plan: an undetermined plan is an outcome that is not usable unless accepted",
          "[api][identity]") {
  ScratchFolder folder;
  const Json law{
      {"format", "isoflop.law/1"},
      {"law", "chinchilla"},
      {"coefficients",
       {{"E", 1.7}, {"A", 400.0}, {"alpha", kOneExponent}, {"B", 400.0}, {"beta", kOneExponent}}},
      {"draws", {{"bootstrap", draws_that_span(112.0)}}}};
  api::PlanRequest request;
  request.planner.law.law = folder.write("law.json", law.dump());
  request.budget.flops = {1e21};
  const api::PlanOutcome refused = api::plan(request);
  CHECK_FALSE(refused.usable());
  REQUIRE(refused.answers[0].plan.doubts.size() == 1);
  CHECK(refused.answers[0].plan.doubts[0].kind == PlanDoubtKind::kNSpan);
  CHECK(refused.answers[0].plan.usable());
  CHECK_FALSE(refused.answers[0].plan.beyond_runs);
  request.doubt.accept_undetermined = true;
  const api::PlanOutcome accepted = api::plan(request);
  CHECK(accepted.usable());
  CHECK(accepted.answers[0].plan.undetermined());
  request.doubt.accept_undetermined = false;
  request.doubt.max_n_span = 200.0;
  CHECK(api::plan(request).usable());
}

TEST_CASE("api plan: weights that are read for every token keep a model small", "[api][identity]") {
  api::PlanRequest request;
  request.planner.law.law = "hoffmann2022";
  request.budget.flops = {1e18, 1e24};
  request.planner.limits.max_ms_per_token = 10.0;
  request.planner.limits.memory_bandwidth = 1e12;
  const api::PlanOutcome outcome = api::plan(request);
  // 10 ms of 1e12 bytes a second, at two bytes a weight.
  CHECK(outcome.answers[1].plan.n_active == Approx(5e9));
  request.planner.limits = {};
  CHECK(api::plan(request).answers[0].plan.n_active == outcome.answers[0].plan.n_active);
}

TEST_CASE("api plan: a request filled in by hand is held to what its fields take",
          "[api][refusal]") {
  const auto refused = [](auto&& change) {
    api::PlanRequest request;
    request.planner.law.law = "krajewski2024-e64";
    request.budget.flops = {1e21};
    change(request);
    return refused_field([&] { api::plan(request); });
  };
  CHECK(refused([](auto&) {}) == "none");
  CHECK(refused([](auto& r) { r.planner.accounting.cost = "sixnd"; }) == "cost");
  CHECK(refused([](auto& r) { r.planner.limits.memory = "serving"; }) == "memory");
  CHECK(refused([](auto& r) { r.budget.flops = {-1.0}; }) == "flops");
  CHECK(refused([](auto& r) { r.planner.limits.batch = 4.0; }) == "batch");
  CHECK(refused([](auto& r) { r.planner.limits.max_ms_per_token = 10.0; }) == "memory_bandwidth");
  CHECK(refused([](auto& r) { r.budget.mfu = 0.4; }) == "gpu");
  CHECK(refused([](auto& r) { r.planner.s = 0.5; }) == "s");
  CHECK(refused([](auto& r) { r.versus = {"coarse", "coarse"}; }) == "versus");
  CHECK(refused([](auto& r) { r.free_expansion = true; }) == "expansion");
  CHECK(refused([](auto& r) { r.planner.accounting.search = "shape"; }) == "shape");
  CHECK(refused([](auto& r) { r.time.gpus_per_layer = 2.0; }) == "cost_table");
  CHECK(refused([](auto& r) { r.doubt.max_n_span = 0.5; }) == "max_n_span");
  CHECK(refused([](auto& r) { r.doubt.max_regret = 20.0; }) == "max_regret");
  CHECK(refused([](auto& r) { r.doubt.max_without_plan = -0.1; }) == "max_without_plan");
}

}  // namespace
}  // namespace isoflop::testing::plan_test
