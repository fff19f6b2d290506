#include <algorithm>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "cli/program.hpp"
#include "isoflop/api/predict.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/json_text.hpp"
#include "isoflop/text/predict.hpp"

namespace isoflop::testing::predict_test {
namespace {

using Words = std::vector<std::string>;

const std::string kOlmoe = ISOFLOP_SOURCE_DIR "/data/shapes/olmoe-1b-7b.json";

api::PredictRequest request_of(const std::string& law,
                               const std::vector<std::pair<Variable, double>>& values) {
  api::PredictRequest out;
  out.law.law = law;
  for (const auto& [variable, value] : values) out.values[index_of(variable)] = value;
  return out;
}

/// What the program and the door say of the same, as documents and as texts.
void require_same(const api::PredictRequest& request, Words words) {
  INFO(request.law.law);
  const api::PredictOutcome outcome = api::predict(request);
  CHECK(outcome.usable());
  words.insert(words.begin(), {"predict", request.law.law});
  CHECK(Workplace().isoflop(words).out == show_fields(text::predict(outcome), FieldStyle::kFlag));
  words.push_back("--json");
  CHECK(Workplace().isoflop(words).out == json_text(to_json(outcome)));
}

TEST_CASE("api predict: the door gives the program's documents to the byte", "[api][identity]") {
  require_same(request_of("hoffmann2022", {{Variable::kN, 70e9}, {Variable::kD, 1.4e12}}),
               {"--n", "70B", "--d", "1.4T"});
  require_same(request_of("clark2022-sbase", {{Variable::kN, 1.3e9}, {Variable::kE, 64.0}}),
               {"--n", "1.3B", "--e", "64"});
  auto counts = request_of("krajewski2024-e64", {{Variable::kN, 43e9}, {Variable::kD, 28.9e9}});
  counts.experts.num_experts = 1024;
  require_same(counts, {"--n", "43B", "--d", "28.9B", "--num-experts", "1024"});
  auto shape = request_of("krajewski2024-e64", {{Variable::kD, 5e12}});
  shape.shape = kOlmoe;
  require_same(shape, {"--d", "5T", "--shape", kOlmoe});
}

TEST_CASE("api predict: the outcome holds values", "[api][identity]") {
  auto request = request_of("krajewski2024-e64", {{Variable::kD, 5e12}});
  request.shape = kOlmoe;
  const api::PredictOutcome outcome = api::predict(request);
  REQUIRE(outcome.layer);
  CHECK(outcome.layer->num_experts == 64);
  CHECK(outcome.contradicting_expansion == 8.0);
  CHECK(outcome.values[index_of(Variable::kG)] == 8.0);
  CHECK(std::isnan(outcome.values[index_of(Variable::kU)]));
  REQUIRE(outcome.inputs.size() == 1);
  CHECK(outcome.inputs[0].path == kOlmoe);
}

TEST_CASE("api predict: G is said by the width that it was counted by", "[api][format]") {
  auto request = request_of("krajewski2024-e64", {{Variable::kD, 5e12}});
  request.shape = ISOFLOP_SOURCE_DIR "/data/shapes/qwen3-30b-a3b.json";
  const api::PredictOutcome outcome = api::predict(request);
  CHECK(outcome.values[index_of(Variable::kG)] == Approx(8192.0 / 768.0));
  REQUIRE(outcome.conversions.size() == 2);
  CHECK(outcome.conversions[1] ==
        "G is d_ff / d_expert = 8192 / 768 with d_ff = 4 d_model, as the law has it; with the "
        "shape's own d_ff = 6144 it is 8");
  const std::string shown = text::predict(outcome);
  CHECK(shown.find("G = 10.67 (krajewski2024-e64; N is total_non_embedding; G is 4 d_model / "
                   "d_expert)") != std::string::npos);
  CHECK(shown.find("G = 8, k0 = 1: E' = E G = 128 experts of width n = 768, K = 8 per token "
                   "(d_ff = 6144)") != std::string::npos);
  CHECK(shown.find("this shape has E = 16, 128 experts over 8 per token") != std::string::npos);
  auto tian = request_of("tian2025", {{Variable::kC, 1e22}});
  tian.shape = request.shape;
  const std::vector<std::string> conversions = api::predict(tian).conversions;
  CHECK(std::count(conversions.begin(), conversions.end(),
                   "G is 2 d_model / d_expert = 4096 / 768; with the shape's own d_ff = 6144 d_ff "
                   "/ d_expert is 8") == 1);
}

TEST_CASE("api predict: what was read into a file is noted", "[api][format]") {
  const Workplace here;
  here.write("config.json",
             R"({"model_type": "somebody", "hidden_size": 64, "intermediate_size": 256,
                 "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 1000})");
  auto request = request_of("hoffmann2022", {{Variable::kD, 1e9}});
  request.shape = here.path("config.json");
  const api::PredictOutcome outcome = api::predict(request);
  REQUIRE(outcome.notes.size() == 1);
  CHECK(to_json(outcome).at("notes").size() == 1);
  CHECK(text::predict(outcome).find("note: " + outcome.notes[0] + "\n") != std::string::npos);
}

TEST_CASE("api predict: what is missing or said twice is a fault of its field", "[api][refusal]") {
  auto fault_of = [](const api::PredictRequest& request) {
    try {
      api::predict(request);
    } catch (const InvalidArgument& fault) {
      return fault.field();
    }
    return std::string("none");
  };
  CHECK(fault_of(request_of("hoffmann2022", {{Variable::kN, 1e9}})) == "d");
  CHECK(fault_of(request_of("hoffmann2022", {{Variable::kU, 1e9}})) == "n");
  auto twice = request_of("krajewski2024-e64",
                          {{Variable::kN, 1e9}, {Variable::kD, 1e9}, {Variable::kG, 8.0}});
  twice.experts.granularity = 8.0;
  CHECK(fault_of(twice) == "g");
}

TEST_CASE("api predict: a request reads back from its document", "[api][format]") {
  auto request = request_of("krajewski2024-e64", {{Variable::kN, 43e9}, {Variable::kD, 28.9e9}});
  request.experts.top_k = 16;
  request.law.accept_unconverged = true;
  const Json json = to_json(request);
  CHECK(to_json(api::predict_request(json)) == json);
  CHECK(json["top_k"] == 16);
  CHECK_THROWS_WITH(api::predict_request({{"law", "hoffmann2022"}, {"n", "7o"}}),
                    "n: \"7o\" is not a number (such as 1e21, 70B, 2.5T)");
}

}  // namespace
}  // namespace isoflop::testing::predict_test
