#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "catch.hpp"
#include "cli/program.hpp"
#include "isoflop/api/call.hpp"
#include "isoflop/error.hpp"
#include "isoflop/isoflop.h"

namespace isoflop::testing::call_test {
namespace {

/// One request per verb, and the command line that asks the same.
struct Asked {
  Json request;
  std::vector<std::string> words;
};

std::vector<Asked> questions() {
  const std::string runs = "data/published/krajewski2024_grid_simulated.csv";
  return {
      {{{"verb", "plan"}, {"law", "krajewski2024-e64"}, {"flops", {1e21, "3e21"}}},
       {"plan", "krajewski2024-e64", "--flops", "1e21", "3e21", "--json"}},
      {{{"verb", "predict"}, {"law", "krajewski2024-e64"}, {"n", "4.3B"}, {"d", 28.9e9}, {"g", 16}},
       {"predict", "krajewski2024-e64", "--n", "4.3B", "--d", "28.9B", "--g", "16", "--json"}},
      {{{"verb", "consensus"}, {"flops", "1e21"}}, {"consensus", "--flops", "1e21", "--json"}},
      {{{"verb", "laws"}}, {"laws", "--json"}},
      {{{"verb", "shape"}, {"file", "data/shapes/olmoe-1b-7b.json"}},
       {"shape", "data/shapes/olmoe-1b-7b.json", "--json"}},
      {{{"verb", "fit"},
        {"file", runs},
        {"law", "chinchilla"},
        {"column", {{"loss", "loss_simulated"}}},
        {"where", {"G=1"}},
        {"bootstrap", 0}},
       {"fit", runs, "--law", "chinchilla", "--column", "loss=loss_simulated", "--where", "G=1",
        "--bootstrap", "0", "--json"}},
  };
}

std::string answer(const std::string& request) {
  char* text = isoflop_call(request.c_str());
  std::string out = text;
  isoflop_free(text);
  return out;
}

TEST_CASE("isoflop run: the same bytes as the verb's own --json", "[api][cli]") {
  const Workplace here;
  for (const Asked& asked : questions()) {
    CAPTURE(asked.request.dump());
    here.write("request.json", asked.request.dump());
    const Outcome run = here.isoflop({"run", "request.json"});
    const Outcome verb = here.isoflop(asked.words);
    CHECK(run.err.empty());
    CHECK(run.exit_code == verb.exit_code);
    CHECK(run.out == verb.out);
    CHECK(here.shell("cat request.json | isoflop run -").out == verb.out);
  }
}

TEST_CASE("isoflop_call: the same JSON as isoflop run", "[api]") {
  const Workplace here;
  const Json request{{"verb", "plan"}, {"law", "krajewski2024-e64"}, {"flops", {1e21}}};
  here.write("request.json", request.dump());
  CHECK(answer(request.dump()) == here.isoflop({"run", "request.json"}).out);
}

TEST_CASE("isoflop_call: a fault names its field and is no exception", "[api][refusal]") {
  auto error = [](const std::string& request) { return Json::parse(answer(request))["error"]; };
  const Json fault = error(R"({"verb": "plan", "law": "krajewski2024-e64", "flops": "1e21x"})");
  CHECK(fault["kind"] == "invalid_argument");
  CHECK(fault["field"] == "flops");
  CHECK(fault["text"].get<std::string>().rfind("/flops: ", 0) == 0);
  CHECK(error(R"({"verb": "plann"})")["field"] == "verb");
  CHECK(error(R"({"verb": "plan", "law": "besiroglu2024", "flop": 1e21})")["field"] == "flop");
  CHECK(error("{")["kind"] == "data");
  CHECK(error(R"({"verb": "plan", "law": "no-such-law", "flops": 1e21})")["kind"] == "data");
}

TEST_CASE("isoflop_call: threads do not wait for each other's laws", "[api]") {
  const std::string request = R"({"verb": "plan", "law": "besiroglu2024", "flops": [1e21]})";
  const std::string expected = answer(request);
  std::atomic<int> num_same{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] { num_same += answer(request) == expected; });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(num_same == 4);
}

TEST_CASE("every JSON outcome carries its request, the version and its inputs", "[api][format]") {
  const Workplace here;
  for (const Asked& asked : questions()) {
    const Json out = Json::parse(here.isoflop(asked.words).out);
    CAPTURE(out["request"].dump());
    CHECK(out["request"]["verb"] == asked.request["verb"]);
    CHECK(out["isoflop_version"].is_string());
    const bool from_file = asked.request.contains("file");
    REQUIRE(out["inputs"].size() == (from_file ? 1 : 0));
    if (from_file) CHECK(out["inputs"][0]["sha256"].get<std::string>().size() == 64);
  }
}

TEST_CASE("isoflop rerun: the same bytes, until an input changes", "[api][cli]") {
  const Workplace here;
  here.shell("cp data/published/krajewski2024_grid_simulated.csv runs.csv");
  const Outcome fit =
      here.isoflop({"fit", "runs.csv", "--law", "chinchilla", "--column", "loss=loss_simulated",
                    "--where", "G=1", "--bootstrap", "20", "-o", "law.json"});
  REQUIRE(fit.exit_code == 0);
  const Outcome same = here.isoflop({"rerun", "law.json"});
  CHECK(same.exit_code == 0);
  CHECK(same.out == "law.json: the same bytes\n");
  here.shell("sed -i '2d' runs.csv");
  const Outcome other = here.isoflop({"rerun", "law.json"});
  CHECK(other.exit_code == 1);
  CHECK(other.out == "law.json: not the same bytes\n");
  CHECK(contains(other.err, "runs.csv is not what it was"));
  here.write("not.json", "{\"a\": 1}");
  CHECK(here.isoflop({"rerun", "not.json"}).exit_code == 1);
}

}  // namespace
}  // namespace isoflop::testing::call_test
