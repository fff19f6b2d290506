#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "cli/program.hpp"
#include "isoflop/api/shape.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/json_text.hpp"
#include "isoflop/text/shape.hpp"

namespace isoflop::testing::shape_test {
namespace {

const std::string kOlmoe = ISOFLOP_SOURCE_DIR "/data/shapes/olmoe-1b-7b.json";

api::ShapeRequest small_request() {
  api::ShapeRequest out;
  out.words.d_model = 2048, out.words.blocks = 16, out.words.heads = 16;
  out.words.d_ff = 8192, out.words.vocab = 50304, out.words.gated = true;
  out.words.experts = {.expansion = 8, .granularity = 8};
  return out;
}

void require_same(const api::ShapeRequest& request, std::vector<std::string> words) {
  const api::ShapeOutcome outcome = api::shape(request);
  CHECK(outcome.usable());
  words.insert(words.begin(), "shape");
  CHECK(Workplace().isoflop(words).out == text::shape(outcome));
  words.emplace_back("--json");
  CHECK(Workplace().isoflop(words).out == json_text(to_json(outcome)));
}

TEST_CASE("api shape: the door gives the program's documents to the byte", "[api][identity]") {
  require_same(small_request(),
               {"--d-model", "2048", "--blocks", "16", "--heads", "16", "--d-ff", "8192", "--gated",
                "--vocab", "50304", "--expansion", "8", "--granularity", "8"});
  api::ShapeRequest changed;
  changed.file = kOlmoe;
  changed.words.heads = 32;
  changed.words.experts.top_k = 4;
  changed.router_cost = 20;
  require_same(changed, {kOlmoe, "--heads", "32", "--top-k", "4", "--router-cost", "20"});
}

TEST_CASE("api shape: the config of an outcome is that shape", "[api][format]") {
  const Workplace here;
  const api::ShapeOutcome outcome = api::shape(small_request());
  here.write("config.json", json_text(config_json(outcome)));
  api::ShapeRequest again;
  again.file = here.path("config.json");
  CHECK(api::shape(again).shape == outcome.shape);
}

TEST_CASE("api shape: without tokens in view all but that is counted", "[api][format]") {
  const Workplace here;
  const std::string config =
      R"({"model_type": "somebody", "hidden_size": 64, "intermediate_size": 256,
          "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 1000})";
  here.write("config.json", config);
  api::ShapeRequest request;
  request.file = here.path("config.json");
  const api::ShapeOutcome outcome = api::shape(request);
  CHECK(outcome.params.total() == 2 * (4 * 64 * 64 + 3 * 64 * 256 + 2 * 64) + 64 + 2 * 64 * 1000);
  CHECK(to_json(outcome).at("flops_per_token").at("training").at("transformer").is_null());
  CHECK(to_json(outcome).at("notes").size() == 1);
  const std::string shown = show_fields(text::shape(outcome), FieldStyle::kFlag);
  CHECK(shown.find("transformer: the file does not say how many tokens are in view; add "
                   "--seq-len\n") != std::string::npos);
  CHECK(shown.find("note: " + outcome.notes.at(0) + "\n") != std::string::npos);
  request.words.seq_len = 128;
  CHECK(api::shape(request).training.transformer > 0);
}

TEST_CASE("api shape: weights of other mixers do not follow a change of width", "[api][refusal]") {
  const Workplace here;
  here.write("config.json",
             R"({"model_type": "minimax", "hidden_size": 64, "intermediate_size": 256,
                 "num_hidden_layers": 4, "num_attention_heads": 4, "vocab_size": 1000,
                 "num_local_experts": 4, "num_experts_per_tok": 2,
                 "attn_type_list": [0, 0, 0, 1]})");
  api::ShapeRequest request;
  request.file = here.path("config.json");
  CHECK(api::shape(request).shape.other.num_blocks == 3);
  request.words.d_model = 128;
  CHECK_THROWS_WITH(api::shape(request),
                    Catch::Matchers::ContainsSubstring("known for its own width and depth alone"));
}

TEST_CASE("api shape: what is missing is a fault of its field", "[api][refusal]") {
  auto fault_of = [](const api::ShapeRequest& request) {
    try {
      api::shape(request);
    } catch (const InvalidArgument& fault) {
      return fault.field();
    }
    return std::string("none");
  };
  CHECK(fault_of({}) == "d_model");
  api::ShapeRequest request = small_request();
  request.words.d_ff.reset();
  request.words.experts = {};
  CHECK(fault_of(request) == "d_ff");
  request = small_request();
  request.words.plain = true;
  CHECK(fault_of(request) == "gated");
  request = small_request();
  request.words.heads = 15;
  CHECK(fault_of(request) == "head_dim");
}

TEST_CASE("api shape: a request reads back from its document", "[api][format]") {
  const Json json = to_json(small_request());
  CHECK(to_json(api::shape_request(json)) == json);
}

}  // namespace
}  // namespace isoflop::testing::shape_test
