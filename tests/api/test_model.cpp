#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "isoflop/api/model.hpp"
#include "isoflop/io/cost_table_file.hpp"

namespace isoflop::api::model_test {
namespace {

using Json = nlohmann::ordered_json;

ModelRequest small_request() {
  ModelRequest out;
  out.gpu = "h200";
  out.layers.tokens = 4096;
  out.layers.d_model = 512;
  out.layers.d_ff = 2048;
  out.layers.expansion = 8.0;
  out.layers.granularity = {1.0, 8.0, 1.0};
  return out;
}

TEST_CASE("model: holds every pass and stage of each layer once", "[api][identity]") {
  const ModelOutcome outcome = model(small_request());
  const CostTable& table = outcome.table.table();
  CHECK(table.source == CostSource::kRoofline);
  CHECK(table.peaks.spec_of == "h200");
  std::size_t num_whole = 0;
  for (const CostRow& row : table.rows) num_whole += row.stage == Stage::kWhole ? 1 : 0;
  CHECK(num_whole == 2 * 3);
  CHECK(outcome.usable());
}

TEST_CASE("model: words of people and a filled-in request ask the same", "[api][identity]") {
  const ModelRequest read = model_request(Json::parse(
      R"({"gpu": "h200", "tokens": "4096", "d_model": "512", "d_ff": 2048, "expansion": "8",
          "granularity": "1,8,1"})"));
  CHECK(to_json(model(read)) == to_json(model(small_request())));
}

TEST_CASE("model: the request within its JSON leads to the same table again", "[api][identity]") {
  const Json once = to_json(model(small_request()));
  CHECK(to_json(model(model_request(once.at("request")))) == once);
}

TEST_CASE("model: the text of the file is its JSON, and a cost table", "[api][format]") {
  const ModelOutcome outcome = model(small_request());
  const std::string text = cost_table_text(outcome);
  CHECK(Json::parse(text) == to_json(outcome));
  CHECK(cost_table_from_text(text, "here").rows.size() == outcome.table.table().rows.size());
}

TEST_CASE("model: says which words contradict each other or are missing", "[api][refusal]") {
  ModelRequest none = small_request(), both = small_request(), no_tokens = small_request();
  none.gpu.clear();
  CHECK_THROWS_WITH(model(none), "say either gpu NAME, or both peak_flops and bandwidth");
  both.peak_flops = 1e15;
  CHECK_THROWS_WITH(model(both), "gpu contradicts peak_flops and bandwidth");
  no_tokens.layers.tokens.reset();
  CHECK_THROWS_WITH(model(no_tokens), "tokens is needed");
}

}  // namespace
}  // namespace isoflop::api::model_test
