#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/io/json_text.hpp"

namespace isoflop::testing::json_text_test {
namespace {

using Json = nlohmann::ordered_json;

TEST_CASE("json_text: lists of numbers stand on a line and all else is indented", "[cli][format]") {
  const Json json{{"range", {1.0, 1e21}},    {"draws", {{0.5, 2}, {3, 4}}}, {"texts", {"a", "b"}},
                  {"empty", Json::array()},  {"nothing", Json::object()},   {"mixed", {1, nullptr}},
                  {"nested", {{"x", true}}}, {"text", "a \"quoted\"\nline"}};
  CHECK(json_text(json) == R"({
  "range": [1.0, 1e+21],
  "draws": [
    [0.5, 2],
    [3, 4]
  ],
  "texts": [
    "a",
    "b"
  ],
  "empty": [],
  "nothing": {},
  "mixed": [
    1,
    null
  ],
  "nested": {
    "x": true
  },
  "text": "a \"quoted\"\nline"
}
)");
}

TEST_CASE("json_text: what it writes reads back the same", "[cli][identity]") {
  Random random(1);
  Json json;
  for (int i = 0; i < 50; ++i) {
    Json row = Json::array();
    for (int j = 0; j < 7; ++j) row.push_back(std::exp(20.0 * random.normal()));
    json["draws"].push_back(row);
  }
  json["key with \"quotes\""] = -0.0;
  CHECK(Json::parse(json_text(json)) == json);
}

TEST_CASE("json_text: bytes that are no text become marks", "[cli][format]") {
  CHECK(json_text(Json{{"\xff", "a\xff"}}) == "{\n  \"\xEF\xBF\xBD\": \"a\xEF\xBF\xBD\"\n}\n");
}

TEST_CASE("json_text: plain values are themselves", "[cli][format]") {
  CHECK(json_text(Json(1.5)) == "1.5\n");
  CHECK(json_text(Json("a")) == "\"a\"\n");
  CHECK(json_text(Json(nullptr)) == "null\n");
}

}  // namespace
}  // namespace isoflop::testing::json_text_test
