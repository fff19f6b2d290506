// Files that earlier versions wrote read today, and say what they said then: tests/lasting.
#include <algorithm>
#include <cmath>

#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::older_files_test {
namespace {

const std::string kFolder = ISOFLOP_SOURCE_DIR "/tests/lasting/";

/// A plan is found by a search, whose last digits depend on the instruction set.
constexpr double kTolerance = 1e-6;

void check_answer(const Json& now, const Json& then) {
  if (then.is_number()) {
    REQUIRE(now.is_number());
    CHECK(now.get<double>() == Approx(then.get<double>()).epsilon(kTolerance));
  } else {
    CHECK(now == then);
  }
}

TEST_CASE("isoflop: a file of an earlier version reads and answers as it did", "[cli][format]") {
  const Workplace here;
  const Json cases = Json::parse(bytes_of(kFolder + "cases.json"));
  REQUIRE(cases.size() >= 10);
  for (const Json& one : cases) {
    const std::string file = one["file"].get<std::string>();
    std::vector<std::string> words = one["words"].get<std::vector<std::string>>();
    std::replace(words.begin(), words.end(), std::string("FILE"), kFolder + file);
    CAPTURE(file, words);
    const Outcome out = here.isoflop(words);
    INFO(out.err);
    REQUIRE(out.exit_code == 0);
    const Json now = Json::parse(out.out);
    for (const auto& [pointer, answer] : one["answers"].items()) {
      CAPTURE(pointer);
      check_answer(now.at(Json::json_pointer(pointer)), answer);
    }
  }
}

TEST_CASE("isoflop: every file in tests/lasting is asked", "[cli][format]") {
  const Json cases = Json::parse(bytes_of(kFolder + "cases.json"));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kFolder)) {
    const std::string name = std::filesystem::relative(entry.path(), kFolder).string();
    const bool is_other =
        name == "cases.json" || name == "README.md" || name.starts_with("outcomes");
    if (!entry.is_regular_file() || is_other) continue;
    INFO(name);
    CHECK(
        std::any_of(cases.begin(), cases.end(), [&](const Json& c) { return c["file"] == name; }));
  }
}

}  // namespace
}  // namespace isoflop::testing::older_files_test
