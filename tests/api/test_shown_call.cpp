#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "catch.hpp"
#include "cli/program.hpp"
#include "isoflop/api/call.hpp"
#include "isoflop/error.hpp"
#include "isoflop/text/call.hpp"

namespace isoflop::testing::shown_call_test {
namespace {

const std::string kSweep = ISOFLOP_SOURCE_DIR "/data/simulated/hoffmann2022_sweep.csv";

TEST_CASE("text::call: the JSON of api::call, and the report of the program", "[text][cli]") {
  const Workplace here;
  const std::vector<std::pair<std::string, std::vector<std::string>>> asked{
      {R"({"verb": "plan", "law": "krajewski2024-e64", "flops": [1e21]})",
       {"plan", "krajewski2024-e64", "--flops", "1e21"}},
      {R"({"verb": "laws", "name": "hoffmann2022"})", {"laws", "hoffmann2022"}},
      {R"({"verb": "consensus", "flops": 1e21})", {"consensus", "--flops", "1e21"}},
      {R"({"verb": "reproduce"})", {"reproduce"}},
      {R"({"verb": "predict", "law": "hoffmann2022", "n": "7B", "d": "140B"})",
       {"predict", "hoffmann2022", "--n", "7B", "--d", "140B"}},
      {R"({"verb": "granularity", "law": "krajewski2024-e64", "n_active": "1B", "d": "20B"})",
       {"granularity", "krajewski2024-e64", "--n-active", "1B", "--d", "20B"}},
      {R"({"verb": "frontier", "law": "hoffmann2022", "from": 1e20, "to": 1e22})",
       {"frontier", "hoffmann2022", "--from", "1e20", "--to", "1e22"}},
      {R"({"verb": "shape", "d_model": 2048, "blocks": 16, "heads": 16, "d_ff": 8192, "vocab": 50304})",
       {"shape", "--d-model", "2048", "--blocks", "16", "--heads", "16", "--d-ff", "8192",
        "--vocab", "50304"}},
      {R"({"verb": "sweep", "law": "hoffmann2022", "flops": ["1e18", "1e19", "1e20"]})",
       {"sweep", "hoffmann2022", "--flops", "1e18", "1e19", "1e20"}},
      {R"({"verb": "profiles", "file": ")" + kSweep + R"(", "bootstrap": 0})",
       {"profiles", kSweep, "--bootstrap", "0"}},
  };
  for (const auto& [request, words] : asked) {
    CAPTURE(request);
    const text::Shown shown = text::call(request);
    const api::Called called = api::call(request);
    CHECK(shown.json == called.json);
    CHECK(shown.usable == called.usable);
    CHECK(show_fields(shown.text, FieldStyle::kFlag) == here.isoflop(words).out);
  }
}

TEST_CASE("text::call: a request of a million brackets is refused", "[text][refusal]") {
  CHECK_THROWS_WITH(text::call(std::string(1'000'000, '[')),
                    "request: nests brackets more than 100 deep");
}

TEST_CASE("text::call: every verb of api::call but those of isoflop-bench", "[text][design]") {
  for (const std::string_view verb : api::verb_names()) {
    CAPTURE(std::string(verb));
    std::string refusal;
    try {
      text::call(R"({"no_such_field": 1, "verb": ")" + std::string(verb) + "\"}");
    } catch (const InvalidArgument& fault) {
      refusal = fault.field();
    }
    const bool of_bench = verb == "model" || verb == "show" || verb == "compare";
    CHECK(refusal == (of_bench ? "verb" : "no_such_field"));
  }
}

TEST_CASE("text::call: a request that is none is refused", "[text][refusal]") {
  CHECK_THROWS_AS(text::call("{"), DataError);
  CHECK_THROWS_AS(text::call("[]"), InvalidArgument);
  CHECK_THROWS_AS(text::call(R"({"verb": 3})"), InvalidArgument);
}

TEST_CASE("text::call: a sweep brings its CSV and the runs of its trainer", "[text][identity]") {
  const text::Shown shown = text::call(
      R"({"verb": "sweep", "law": "krajewski2024-e64", "flops": [1e18, 3e18], "granularity": 8,
          "gated": true, "emit": "hf"})");
  const auto count = std::count_if(shown.more.begin(), shown.more.end(), [](const auto& more) {
    return more.first.starts_with("launch/") && more.first.ends_with(".json");
  });
  CHECK(count ==
        static_cast<std::ptrdiff_t>(nlohmann::ordered_json::parse(shown.json)["runs"].size()));
  CHECK(shown.more.front().first == "csv");
}

}  // namespace
}  // namespace isoflop::testing::shown_call_test
