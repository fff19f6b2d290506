#include "api/doors.hpp"
#include "catch.hpp"
#include "cli/program.hpp"
#include "isoflop/api/sensitivity.hpp"
#include "isoflop/io/json_text.hpp"

namespace isoflop::testing::sensitivity_test {
namespace {

api::SensitivityRequest quick_request() {
  api::SensitivityRequest out;
  out.runs.file = kSimulatedRuns;
  out.runs.column_map = {{"loss", "loss_simulated"}};
  out.runs.where = {"G<=4"};
  out.law = "chinchilla";
  out.flops = 1e21;
  out.fit.starts = 8;
  return out;
}

TEST_CASE("api sensitivity: the door gives the program's document to the byte", "[api][identity]") {
  const Outcome program = Workplace().isoflop(
      {"sensitivity", kSimulatedRuns, "--column", "loss=loss_simulated", "--where", "G<=4", "--law",
       "chinchilla", "--flops", "1e21", "--starts", "8", "--json"});
  const api::SensitivityOutcome outcome = api::sensitivity(quick_request());
  CHECK(outcome.has_fit());
  CHECK((outcome.usable() ? 0 : 1) == program.exit_code);
  CHECK(json_text(to_json(outcome)) == program.out);
}

TEST_CASE("api sensitivity: columns in memory and their file give the same plans",
          "[api][identity]") {
  api::SensitivityRequest in_memory = quick_request();
  in_memory.runs.file.clear();
  in_memory.runs.columns = columns_of_file(kSimulatedRuns);
  const api::SensitivityOutcome memory = api::sensitivity(in_memory),
                                file = api::sensitivity(quick_request());
  REQUIRE(memory.rows.size() == file.rows.size());
  for (std::size_t i = 0; i < memory.rows.size(); ++i) {
    CHECK(memory.rows[i].objective == file.rows[i].objective);
  }
  CHECK(memory.base.plan.n_active == file.base.plan.n_active);
  REQUIRE(memory.influence.size() == file.influence.size());
  CHECK(memory.influence[0].line + 1 == file.influence[0].line);
}

TEST_CASE("api sensitivity: counts of experts give E and G, and the request reads back",
          "[api][format]") {
  api::SensitivityRequest request = quick_request();
  request.law = "fine-grained-moe";
  request.conventions.n_means = "total_non_embedding";
  request.conventions.experts.num_experts = 512;
  request.conventions.experts.top_k = 8;
  const Json json = to_json(request);
  CHECK(json["flops"] == 1e21);
  CHECK(to_json(api::sensitivity_request(json)) == json);
  const api::SensitivityOutcome outcome = api::sensitivity(request);
  CHECK(outcome.problem.law.expansion == 64.0);
  CHECK(outcome.problem.search.granularity == 8.0);
}

TEST_CASE("api sensitivity: what is missing or wrong is refused with its field", "[api][refusal]") {
  auto field_of = [](auto&& change) {
    api::SensitivityRequest request = quick_request();
    change(request);
    return refused_field([&] { api::sensitivity(request); });
  };
  CHECK(field_of([](auto& r) { r.flops.reset(); }) == "flops");
  CHECK(field_of([](auto& r) { r.flops = -1.0; }) == "flops");
  CHECK(field_of([](auto& r) { r.law.clear(); }) == "law");
  CHECK(field_of([](auto& r) { r.accounting.cost = "9nd"; }) == "cost");
  CHECK(field_of([](auto& r) { r.accounting.granularity = 4.0; }) == "granularity");
}

}  // namespace
}  // namespace isoflop::testing::sensitivity_test
