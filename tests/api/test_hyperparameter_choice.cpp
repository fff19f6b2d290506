#include <cmath>
#include <nlohmann/json.hpp>

#include "api/doors.hpp"
#include "catch.hpp"
#include "cli/program.hpp"
#include "io/scratch_folder.hpp"
#include "isoflop/api/hyperparameter_choice.hpp"
#include "isoflop/api/laws.hpp"
#include "isoflop/api/plan.hpp"
#include "isoflop/io/hyperparameters_file.hpp"
#include "isoflop/io/json_text.hpp"
#include "isoflop/text/hyperparameters.hpp"
#include "isoflop/text/laws.hpp"
#include "isoflop/text/plan.hpp"

namespace isoflop::testing::hyperparameter_choice_test {
namespace {

using Catch::Matchers::ContainsSubstring;

ModelShape dense() {
  ModelShape out;
  out.d_model = 1024;
  out.num_blocks = 16;
  out.vocab_size = 50304;
  out.seq_len = 2048;
  out.num_heads = out.num_kv_heads = 8;
  out.head_dim = 128;
  out.d_ff = 2688;
  return out;
}

api::PlanRequest shapes_request(const std::string& hyperparameters) {
  api::PlanRequest out;
  out.planner.law.law = "krajewski2024-dense";
  out.budget.flops = {1e20};
  out.shapes.shapes = true;
  out.shapes.gated = true;
  out.hyperparameters.hyperparameters = hyperparameters;
  return out;
}

TEST_CASE("sequences_of_batch: a batch divides well and moves by at most a 32nd",
          "[api][identity]") {
  CHECK(api::sequences_of_batch(540.9, 1) == 544);   // 17 x 32
  CHECK(api::sequences_of_batch(540.9, 24) == 552);  // 23 x 24
  CHECK(api::sequences_of_batch(31.4, 1) == 31);
  CHECK(api::sequences_of_batch(0.2, 1) == 1);
  CHECK(api::sequences_of_batch(20.0, 64) == 64);
  for (const std::uint64_t unit : {1, 3, 8, 64}) {
    for (double sequences = 32.0 * static_cast<double>(unit); sequences < 1e6; sequences *= 1.07) {
      const std::uint64_t n = api::sequences_of_batch(sequences, unit);
      CHECK(n % unit == 0);
      CHECK(std::abs(static_cast<double>(n) / sequences - 1.0) <= 1.0 / 32.0);
      // At most five binary digits are left of a unit.
      std::uint64_t odd = n / unit;
      while (odd % 2 == 0) odd /= 2;
      CHECK(odd <= 32);
    }
  }
}

TEST_CASE("filled_run: without a law a run is that of launch_config", "[api][identity]") {
  const api::FilledRun run = api::filled_run(std::nullopt, dense(), 6.19e10);
  CHECK(run.config ==
        launch_config(dense(), 6.19e10, static_cast<double>(default_batch_tokens(6.19e10))));
  CHECK(run.outside.empty());
  CHECK_FALSE(api::load_hyperparameters({}).has_value());
  CHECK_FALSE(api::load_hyperparameters({"none"}).has_value());
}

TEST_CASE(
    "filled_run: batch, steps and learning rate are the law's for the model without "
    "embeddings",
    "[api][identity]") {
  const auto law = api::load_hyperparameters({"step-law"});
  const double tokens = 1e10;
  const api::FilledRun run = api::filled_run(law, dense(), tokens);
  // 0.58 x 1e10^0.571 = 297,460 tokens are 145.2 sequences: 144 = 18 x 8.
  CHECK(0.58 * std::pow(tokens, 0.571) / 2048.0 == Approx(145.25).epsilon(1e-4));
  CHECK(run.config.global_batch_size == 144);
  CHECK(run.config.num_steps == 33909);  // 1e10 / (144 x 2048) = 33908.4
  const auto n = static_cast<double>(count_parameters(dense()).total_no_embedding());
  const double lr = 1.79 * std::pow(n, -0.713) * std::pow(tokens, 0.307);
  CHECK(run.config.lr.value() == Approx(lr).epsilon(5e-4));  // four significant digits
  CHECK(run.config.lr.value() == parse_number(format_number(*run.config.lr)));
  CHECK(run.outside.empty());
}

TEST_CASE("filled_run: a batch that was asked for stays and settles the learning rate",
          "[api][identity]") {
  const ScratchFolder folder;
  const auto law = api::load_hyperparameters({folder.write(
      "mine.json",
      R"json({"format": "isoflop.hyperparameters/1", "lr": {"expression": "1e-6 * sqrt(B)"}})json")});
  api::RunLayout layout;
  layout.batch_tokens = 1e6;
  const api::FilledRun run = api::filled_run(law, dense(), 1e10, layout);
  CHECK(run.config.global_batch_size == 488);  // 1e6 / 2048 = 488.3
  CHECK(run.config.lr.value() == Approx(1e-6 * std::sqrt(488.0 * 2048.0)).epsilon(5e-4));
  const api::FilledRun usual = api::filled_run(law, dense(), 1e10);
  CHECK(usual.config.batch_tokens() == default_batch_tokens(1e10));
  CHECK(usual.config.lr.value() == Approx(1e-6 * std::sqrt(524288.0)).epsilon(5e-4));
}

TEST_CASE("filled_run: a batch is whole micro-batches on all GPUs that are known of",
          "[api][identity]") {
  const auto law = api::load_hyperparameters({"step-law"});
  ModelShape shape = dense();
  shape.num_experts = 48;
  shape.top_k = 8;
  shape.expert_width = 336;
  api::RunLayout layout;
  layout.expert_parallel = 12;
  layout.micro_batch_size = 3;
  const LaunchConfig run = api::filled_run(law, shape, 1e10, layout).config;
  CHECK(run.global_batch_size == 144);  // 4 x 36 of 145.2
  CHECK(run.micro_batch_size == 3);
  CHECK(run.expert_parallel == 12);
}

TEST_CASE("api plan hyperparameters: runs, table and JSON follow the law", "[api][identity]") {
  const api::PlanOutcome outcome = api::plan(shapes_request("step-law"));
  const api::ShapeAnswer& answer = outcome.shapes.at(0);
  REQUIRE(answer.outside.size() == answer.runs.size());
  const std::string text = text::plan(outcome);
  const Json json = to_json(outcome);
  CHECK(json["hyperparameters"]["name"] == "step-law");
  const Json& rows = json["plans"][0]["shapes"];
  for (std::size_t i = 0; i < answer.runs.size(); ++i) {
    const RealShape& s = answer.search.best[i];
    const double lr = 1.79 * std::pow(static_cast<double>(s.params.total_no_embedding()), -0.713) *
                      std::pow(s.d_tokens, 0.307);
    CHECK(answer.runs[i].lr.value() == Approx(lr).epsilon(5e-4));
    const double batch = 0.58 * std::pow(s.d_tokens, 0.571);
    CHECK(static_cast<double>(answer.runs[i].batch_tokens()) == Approx(batch).epsilon(1.0 / 32.0));
    CHECK(rows[i]["run"]["learning_rate"] == answer.runs[i].lr.value());
    CHECK(rows[i]["run"]["outside"].size() == answer.outside[i].size());
    CHECK_THAT(text, ContainsSubstring(text::learning_rate(answer.runs[i].lr, answer.outside[i])));
  }
  CHECK_THAT(text, ContainsSubstring("  batch         lr\n"));
  CHECK_THAT(text, ContainsSubstring("batch and lr by step-law; its schedule: cosine"));
}

TEST_CASE("api plan hyperparameters: what is outside the law's range is marked", "[api][format]") {
  api::PlanRequest request = shapes_request("step-law");
  request.budget.flops = {1e23};
  const api::PlanOutcome outcome = api::plan(request);
  const auto& outside = outcome.shapes.at(0).outside.at(0);
  REQUIRE_FALSE(outside.empty());
  CHECK(outside[0].quantity == RunQuantity::kN);
  const std::string text = text::plan(outcome);
  CHECK_THAT(text, ContainsSubstring(" !\n"));
  CHECK_THAT(text, ContainsSubstring("\n! outside the runs behind step-law: N "));
  const Json row = to_json(outcome)["plans"][0]["shapes"][0]["run"]["outside"][0];
  CHECK(row["quantity"] == "N");
  CHECK(row["value"] == outside[0].value);
  CHECK(row["range"] == Json::array({6e7, 1e9}));
}

TEST_CASE("outside_range: of several runs the farthest are named", "[text][format]") {
  const Range n{6e7, 1e9}, d{2e9, 1e11};
  const std::vector<std::vector<OutsideRange>> runs{
      {{RunQuantity::kN, 7e9, n}},
      {},
      {{RunQuantity::kN, 8e9, n}, {RunQuantity::kD, 1e9, d}},
      {{RunQuantity::kN, 1e7, n}}};
  CHECK(text::outside_range(runs) == "N 8B > 1B, D 1B < 2B, N 10M < 60M");
  CHECK(text::outside_range(runs[1]).empty());
}

TEST_CASE("api plan hyperparameters: every trainer is told the law's batch and learning rate",
          "[api][identity]") {
  for (const auto& [name, format] :
       {std::pair{"megatron", LaunchFormat::kMegatron}, std::pair{"hf", LaunchFormat::kHuggingFace},
        std::pair{"torchtitan", LaunchFormat::kTorchtitan}}) {
    api::PlanRequest request = shapes_request("deepseek2024");
    request.shapes.emit = name;
    request.shapes.rank = 2;
    const api::PlanOutcome outcome = api::plan(request);
    const LaunchConfig run = read_launch(format, outcome.launch, "");
    CHECK(run == outcome.shapes.at(0).runs.at(1));
    CHECK(run.lr.has_value());
  }
}

TEST_CASE("api plan hyperparameters: none, and nothing said, leave the outcome as it was",
          "[api][identity]") {
  const api::PlanOutcome plain = api::plan(shapes_request("")),
                         none = api::plan(shapes_request("none"));
  CHECK(text::plan(plain) == text::plan(none));
  CHECK(to_json(plain)["plans"] == to_json(none)["plans"]);
  CHECK_FALSE(to_json(none).contains("hyperparameters"));
  CHECK_FALSE(to_json(plain)["plans"][0]["shapes"][0]["run"].contains("learning_rate"));
}

TEST_CASE(
    "api plan hyperparameters: a choice without shapes, and a name that is nothing, are "
    "refused",
    "[api][refusal]") {
  api::PlanRequest request = shapes_request("step-law");
  request.shapes = {};
  CHECK(refused_field([&] { api::plan(request); }) == "shapes");
  CHECK_THROWS_AS(api::plan(shapes_request("no-such-law")), DataError);
}

TEST_CASE("api plan hyperparameters: the file of a law is an input of the outcome",
          "[api][identity]") {
  const ScratchFolder folder;
  const std::string path = folder.write(
      "mine.json",
      R"json({"format": "isoflop.hyperparameters/1", "batch_tokens": {"expression": "2^19"}})json");
  const api::PlanOutcome outcome = api::plan(shapes_request(path));
  for (const LaunchConfig& run : outcome.shapes.at(0).runs) {
    CHECK(run.batch_tokens() == 524288);
    CHECK_FALSE(run.lr.has_value());
  }
  const Json json = to_json(outcome);
  CHECK_THAT(json["inputs"].dump(), ContainsSubstring("mine.json"));
  CHECK(json["plans"][0]["shapes"][0]["run"]["learning_rate"].is_null());
  CHECK_THAT(text::plan(outcome), ContainsSubstring("batch by " + path));
}

TEST_CASE("api laws: laws of hyperparameters are listed, shown and written as files",
          "[api][identity]") {
  CHECK(api::laws({}).hyperparameters.size() == preset_hyperparameters().size());
  const api::LawsOutcome named = api::laws({"step-law"});
  CHECK(named.is_hyperparameters());
  CHECK_FALSE(named.is_formula());
  CHECK_THAT(text::laws(named), ContainsSubstring("  lr = 1.79 * N^-0.713 * D^0.307\n"));
  CHECK_THAT(text::laws(api::laws({})), ContainsSubstring("\n  step-law "));
  const ScratchFolder folder;
  const std::string path = folder.write("copy.json", json_text(to_json(named)));
  const api::LawsOutcome copy = api::laws({path});
  REQUIRE(copy.is_hyperparameters());
  CHECK(copy.hyperparameters[0].lr == named.hyperparameters[0].lr);
  CHECK(copy.hyperparameters[0].name == "step-law");
}

TEST_CASE("isoflop plan: --hyperparameters gives the door's text to the byte", "[cli][identity]") {
  const Workplace here;
  const Outcome program = here.isoflop({"plan", "krajewski2024-dense", "--flops", "1e20",
                                        "--shapes", "--gated", "--hyperparameters", "step-law"});
  CHECK(program.exit_code == 0);
  CHECK(program.out ==
        show_fields(text::plan(api::plan(shapes_request("step-law"))), FieldStyle::kFlag));
}

}  // namespace
}  // namespace isoflop::testing::hyperparameter_choice_test
