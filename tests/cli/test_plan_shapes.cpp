#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "apps/isoflop/options/real_shapes.hpp"
#include "apps/isoflop/verbs.hpp"
#include "catch.hpp"
#include "io/scratch_folder.hpp"
#include "isoflop/io/model_config.hpp"
#include "isoflop/laws/chinchilla.hpp"
#include "isoflop/laws/fine_grained_moe.hpp"
#include "plan/requests.hpp"

namespace isoflop::app {
namespace {

using Catch::Matchers::ContainsSubstring;

RealShapeArguments parsed(const std::string& words) {
  RealShapeArguments out;
  CLI::App app;
  out.add(app);
  app.parse(words);
  return out;
}

ShapeSearch shapes_of(const RealShapeArguments& arguments, double budget = 1e21) {
  const PlanProblem request = isoflop::testing::moe_request();
  return search_shapes(request, budget, arguments.options(request));
}

std::string refusal_of(const std::string& words) {
  try {
    const RealShapeArguments arguments = parsed(words);
    arguments.wanted();
    const ShapeSearch search = shapes_of(arguments);
    if (arguments.emits()) arguments.emitted(search);
  } catch (const UsageError& fault) {
    return fault.what();
  }
  return "";
}

TEST_CASE("plan shapes: options say what the shapes are multiples of", "[cli][format]") {
  const PlanProblem request = isoflop::testing::moe_request();
  const ShapeOptions plain = parsed("--shapes").options(request);
  CHECK(plain.multiple == 128);
  CHECK(plain.vocab_size == 50304);
  CHECK_FALSE(plain.gated);
  const ShapeOptions said =
      parsed(
          "--shapes --multiple-of 256 --expert-multiple-of 64 --head-dim 64 --expert-parallel 8 "
          "--depth-tolerance 1.3 --gated --vocab-size 32k --seq-length 4096 --tied-head")
          .options(request, "99");
  CHECK(said.multiple == 256);
  CHECK(said.expert_multiple == 64);
  CHECK(said.head_dim == 64);
  CHECK(said.expert_parallel == 8);
  CHECK(said.depth_tolerance == 1.3);
  CHECK(said.gated);
  CHECK(said.tied);
  CHECK(said.vocab_size == 32000);
  CHECK(said.seq_len == 4096);
  CHECK(parsed("--shapes --multiple-of 64").options(request).expert_multiple == 64);
  CHECK(parsed("--shapes").options(request, "32000").vocab_size == 32000);
}

TEST_CASE("plan shapes: a family of gated layers is gated unless it is said to be plain",
          "[cli][format]") {
  PlanProblem request = isoflop::testing::moe_request();
  request.shape.feed_forward = 9.0;
  CHECK(parsed("--shapes").options(request).gated);
  CHECK_FALSE(parsed("--shapes --plain").options(request).gated);
}

TEST_CASE("plan shapes: the table has a row per shape and the run of the best", "[cli][format]") {
  const RealShapeArguments arguments = parsed("--shapes");
  const std::string text =
      shapes_text(arguments, isoflop::testing::moe_request(), 1e21, shapes_of(arguments));
  CHECK_THAT(text, ContainsSubstring("1e21: the best 10 of 558 shapes near the plan, whose loss is "
                                     "2.2872\n"));
  CHECK_THAT(text, ContainsSubstring("\n 1.     2560      37     20  10240  16     1024    640"));
  CHECK_THAT(text, ContainsSubstring("\n10.     2048 "));
  CHECK_THAT(text, ContainsSubstring("\n1.: batches of 4.194M tokens (2048 sequences of 2048), "
                                     "12670 steps\n"));
  CHECK_THAT(
      shapes_text(arguments, isoflop::testing::moe_request(), 1e5, shapes_of(arguments, 1e5)),
      ContainsSubstring("100K: no shapes: the smallest model of this family"));
}

TEST_CASE("plan shapes: the JSON holds the shape in a form that a model is read from",
          "[cli][format]") {
  const RealShapeArguments arguments = parsed("--shapes --batch-tokens 1M");
  const ShapeSearch search = shapes_of(arguments);
  const nlohmann::ordered_json rows = shapes_to_json(arguments, search);
  REQUIRE(rows.size() == search.best.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    nlohmann::ordered_json config = rows[i]["shape"];
    config["model_type"] = "isoflop";
    CHECK(shape_from_config(config, "") == search.best[i].shape);
    CHECK(rows[i]["loss"] == search.best[i].loss);
    CHECK(rows[i]["params_total"] == search.best[i].params.total());
    CHECK(rows[i]["run"]["global_batch_size"] == 488);  // 1e6 / 2048
    CHECK(rows[i]["run"]["tokens"] == 488 * 2048 * rows[i]["run"]["steps"].get<std::uint64_t>());
  }
}

TEST_CASE("plan shapes: the chosen shape is emitted and reads back as itself", "[cli][identity]") {
  for (const auto& [name, format] :
       {std::pair{"megatron", LaunchFormat::kMegatron}, std::pair{"hf", LaunchFormat::kHuggingFace},
        std::pair{"torchtitan", LaunchFormat::kTorchtitan}}) {
    const RealShapeArguments arguments =
        parsed(std::string("--gated --rank 2 --expert-parallel 64 --emit ") + name);
    CHECK(arguments.wanted());
    const ShapeSearch search = shapes_of(arguments);
    const LaunchConfig run = read_launch(format, arguments.emitted(search), "");
    CHECK(run == arguments.run_of(search.best[1]));
    CHECK(run.shape == search.best[1].shape);
    CHECK(run.expert_parallel == 64);
    CHECK(static_cast<double>(run.tokens()) >= search.best[1].d_tokens);
  }
}

TEST_CASE("plan shapes: a run is written to the file that was named", "[cli][identity]") {
  const isoflop::testing::ScratchFolder folder;
  const std::string path = folder.path("config.json");
  const RealShapeArguments arguments = parsed("--gated --emit hf -o " + path);
  const ShapeSearch search = shapes_of(arguments);
  CHECK_FALSE(arguments.emit_run({search}));
  CHECK(read_model_config(path) == search.best.front().shape);
  CHECK_FALSE(parsed("--shapes").emit_run({search}));
  CHECK_THROWS_AS(arguments.emit_run({search, search}), UsageError);
}

TEST_CASE("plan shapes: words that say nothing or too much are refused", "[cli][refusal]") {
  CHECK_FALSE(parsed("").wanted());
  CHECK(refusal_of("--multiple-of 64") == "--multiple-of says something of --shapes: add it");
  CHECK(refusal_of("--shapes --rank 2") ==
        "--emit-output and --rank say something of --emit: add it");
  CHECK(refusal_of("--shapes --gated --plain") == "--gated and --plain contradict each other");
  CHECK(refusal_of("--shapes --depth-tolerance 0.5") == "--depth-tolerance must be at least 1");
  CHECK(refusal_of("--emit nemo") == "--emit: \"nemo\" is none of megatron, hf, torchtitan");
  CHECK(refusal_of("--emit megatron --rank 11") == "--rank 11: there are 10 shapes");
  CHECK(refusal_of("--shapes --head-dim 0").find("--head-dim") != std::string::npos);
}

TEST_CASE("plan shapes: a budget without shapes has nothing to emit", "[cli][refusal]") {
  const RealShapeArguments arguments = parsed("--emit megatron");
  CHECK_THROWS_AS(arguments.emitted(shapes_of(arguments, 1e5)), Error);
}

}  // namespace
}  // namespace isoflop::app
