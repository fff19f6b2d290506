#include <nlohmann/json.hpp>

#include "api/doors.hpp"
#include "catch.hpp"
#include "cli/program.hpp"
#include "isoflop/api/plan.hpp"
#include "isoflop/io/launch_config.hpp"
#include "isoflop/io/model_config.hpp"
#include "isoflop/text/plan.hpp"

namespace isoflop::testing::plan_shapes_test {
namespace {

using Catch::Matchers::ContainsSubstring;

api::PlanRequest shapes_request(double flops = 1e21) {
  api::PlanRequest out;
  out.planner.law.law = "krajewski2024-e64";
  out.budget.flops = {flops};
  out.shapes.shapes = true;
  return out;
}

TEST_CASE("api plan shapes: options say what the shapes are multiples of", "[api][identity]") {
  api::PlanRequest request = shapes_request();
  request.shapes.multiple_of = 256;
  request.shapes.expert_multiple_of = 64;
  request.shapes.head_dim = 64;
  request.shapes.expert_parallel = 8;
  request.shapes.gated = true;
  request.shapes.vocab_size = 32000;
  request.shapes.seq_length = 4096;
  request.shapes.tied_head = true;
  const api::ShapeAnswer answer = api::plan(request).shapes.at(0);
  REQUIRE_FALSE(answer.search.best.empty());
  for (const RealShape& s : answer.search.best) {
    CHECK(s.shape.d_model % 256 == 0);
    CHECK(s.shape.expert_width % 64 == 0);
    CHECK(s.shape.head_dim == 64);
    CHECK(s.shape.num_experts % 8 == 0);
    CHECK(s.shape.gated);
    CHECK(s.shape.tied);
    CHECK(s.shape.vocab_size == 32000);
    CHECK(s.shape.seq_len == 4096);
  }
}

TEST_CASE("api plan shapes: what nobody says follows from the rest", "[api][identity]") {
  api::PlanRequest request = shapes_request();
  request.shapes.multiple_of = 64;
  const RealShape shape = api::plan(request).shapes.at(0).search.best.at(0);
  CHECK(shape.shape.expert_width % 64 == 0);
  CHECK_FALSE(shape.shape.gated);
  const RealShape plain = api::plan(shapes_request()).shapes.at(0).search.best.at(0);
  CHECK(plain.shape.vocab_size == 50304);
  CHECK(plain.shape.expert_width % 128 == 0);
}

TEST_CASE("api plan shapes: a family of gated layers is gated unless it is said to be plain",
          "[api][identity]") {
  api::PlanRequest request = shapes_request();
  request.planner.law.law = "ludziejewski2025";
  request.planner.law.expansion = 8.0;
  REQUIRE(is_gated_family(api::plan(request).problem.shape));
  CHECK(api::plan(request).shapes.at(0).search.best.at(0).shape.gated);
  request.shapes.plain = true;
  const api::PlanOutcome plain = api::plan(request);
  for (const RealShape& s : plain.shapes.at(0).search.best) {
    CHECK_FALSE(s.shape.gated);
  }
}

TEST_CASE("api plan shapes: the table has a row per shape and the run of the best",
          "[api][format]") {
  const std::string text = text::plan(api::plan(shapes_request()));
  CHECK_THAT(text, ContainsSubstring("1e21: the best 10 of 558 shapes near the plan, whose loss is "
                                     "2.2872\n"));
  CHECK_THAT(text, ContainsSubstring("\n 1.     2560      37     20  10240  16     1024    640"));
  CHECK_THAT(text, ContainsSubstring("\n10.     2048 "));
  CHECK_THAT(text, ContainsSubstring("\n1.: batches of 4.194M tokens (2048 sequences of 2048), "
                                     "12670 steps\n"));
  CHECK_THAT(text::plan(api::plan(shapes_request(1e5))),
             ContainsSubstring("100K: no shapes: the smallest model of this family"));
}

TEST_CASE("api plan shapes: the JSON holds the shape in a form that a model is read from",
          "[api][format]") {
  api::PlanRequest request = shapes_request();
  request.shapes.batch_tokens = 1e6;
  const api::PlanOutcome outcome = api::plan(request);
  const Json rows = to_json(outcome)["plans"][0]["shapes"];
  const ShapeSearch& search = outcome.shapes.at(0).search;
  REQUIRE(rows.size() == search.best.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Json config = rows[i]["shape"];
    config["model_type"] = "isoflop";
    CHECK(shape_from_config(config, "") == search.best[i].shape);
    CHECK(rows[i]["loss"] == search.best[i].loss);
    CHECK(rows[i]["params_total"] == search.best[i].params.total());
    CHECK(rows[i]["run"]["global_batch_size"] == 488);  // 1e6 / 2048
    CHECK(rows[i]["run"]["tokens"] == 488 * 2048 * rows[i]["run"]["steps"].get<std::uint64_t>());
  }
}

TEST_CASE("api plan shapes: the chosen shape is emitted and reads back as itself",
          "[api][identity]") {
  for (const auto& [name, format] :
       {std::pair{"megatron", LaunchFormat::kMegatron}, std::pair{"hf", LaunchFormat::kHuggingFace},
        std::pair{"torchtitan", LaunchFormat::kTorchtitan}}) {
    api::PlanRequest request = shapes_request();
    request.shapes.shapes = false;
    request.shapes.gated = true;
    request.shapes.rank = 2;
    request.shapes.expert_parallel = 64;
    request.shapes.emit = name;
    const api::PlanOutcome outcome = api::plan(request);
    const LaunchConfig run = read_launch(format, outcome.launch, "");
    CHECK(run == outcome.shapes.at(0).runs.at(1));
    CHECK(run.shape == outcome.shapes.at(0).search.best.at(1).shape);
    CHECK(run.expert_parallel == 64);
    CHECK(static_cast<double>(run.tokens()) >= outcome.shapes.at(0).search.best.at(1).d_tokens);
  }
}

TEST_CASE("api plan shapes: the program writes the run to the file that was named",
          "[cli][identity]") {
  const Workplace here;
  const Outcome program = here.isoflop({"plan", "krajewski2024-e64", "--flops", "1e21", "--gated",
                                        "--emit", "hf", "-o", "config.json"});
  CHECK(program.exit_code == 0);
  api::PlanRequest request = shapes_request();
  request.shapes.gated = true;
  request.shapes.emit = "hf";
  const api::PlanOutcome outcome = api::plan(request);
  CHECK(here.read("config.json") == outcome.launch);
  CHECK(program.out == text::plan(outcome));
  CHECK(read_model_config(here.path("config.json")) == outcome.shapes.at(0).search.best[0].shape);
}

TEST_CASE("api plan shapes: words that say nothing or too much are refused", "[api][refusal]") {
  const auto refusal_of = [](const Json& more) {
    Json words{{"law", "krajewski2024-e64"}, {"flops", "1e21"}};
    words.update(more);
    try {
      api::plan(api::plan_request(words));
    } catch (const InvalidArgument& fault) {
      return show_fields(fault.marked(), FieldStyle::kFlag);
    }
    return std::string();
  };
  CHECK(refusal_of({{"multiple_of", "64"}}) == "--multiple-of says something of --shapes: add it");
  CHECK(refusal_of({{"shapes", true}, {"rank", "2"}}) ==
        "--emit-output and --rank say something of --emit: add it");
  CHECK(refusal_of({{"shapes", true}, {"gated", true}, {"plain", true}}) ==
        "--gated and --plain contradict each other");
  CHECK(refusal_of({{"shapes", true}, {"depth_tolerance", "0.5"}}) ==
        "--depth-tolerance must be at least 1");
  CHECK(refusal_of({{"emit", "nemo"}}) == "--emit: \"nemo\" is none of megatron, hf, torchtitan");
  CHECK(refusal_of({{"emit", "megatron"}, {"rank", "11"}}) == "--rank 11: there are 10 shapes");
  CHECK_THAT(refusal_of({{"shapes", true}, {"head_dim", "0"}}), ContainsSubstring("--head-dim"));
  CHECK(refusal_of({{"emit", "megatron"}, {"flops", Json::array({1e20, 1e21})}}) ==
        "--emit is for one budget at a time");
}

TEST_CASE("api plan shapes: a budget without shapes has nothing to emit", "[api][refusal]") {
  api::PlanRequest request = shapes_request(1e5);
  request.shapes.emit = "megatron";
  CHECK_THROWS_AS(api::plan(request), Error);
}

}  // namespace
}  // namespace isoflop::testing::plan_shapes_test
