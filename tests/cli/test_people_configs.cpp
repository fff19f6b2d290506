// Configurations as people have them, from end to end: the shared cases.
#include "catch.hpp"
#include "program.hpp"
#include "skip.hpp"

namespace isoflop::testing::people_configs_test {
namespace {

struct Case {
  std::string file;
  std::uint64_t total, active;
};

TEST_CASE("isoflop shape: configurations that were refused count right", "[cli][published]") {
  // Totals by an independent count, which stands beside the files; those of Llama 2 7B (two
  // spellings of its numbers), Gemma 2 9B and Qwen3-30B-A3B are those of their published files.
  const std::vector<Case> cases{{"gpt-oss-120b", 116829156672, 0},
                                {"glm-4.5-air", 106852251264, 0},
                                {"kimi-k2", 1026408232448, 32861500928},
                                {"phi-3.5-moe", 41873153344, 6640999744},
                                {"olmo-2-1b", 1484916736, 1484916736},
                                {"granite-3.1-3b-a800m", 3298793472, 882874368},
                                {"llama-4-maverick", 400711848960, 17184691200},
                                {"llama_float", 6738415616, 6738415616},
                                {"llama_str", 6738415616, 6738415616},
                                {"gemma2_9b", 9241705984, 9241705984},
                                {"qwen3moe_local", 30532122624, 3353032704}};
  for (const Case& c : cases) {
    INFO(c.file);
    const std::string path =
        std::string(ISOFLOP_TEST_DATA) + "/../cases/configs/" + c.file + ".json";
    if (!std::filesystem::exists(path)) isoflop_test::skip("no file " + path);
    const Outcome shape = Workplace().isoflop({"shape", path, "--json"});
    INFO(shape.err);
    REQUIRE(shape.exit_code == 0);
    const Json count = Json::parse(shape.out)["params"];
    CHECK(count["total"] == c.total);
    if (c.active > 0) CHECK(count["active"] == c.active);
  }
}

TEST_CASE("isoflop shape: no configuration of the cases is refused", "[cli][format]") {
  const std::string folder = std::string(ISOFLOP_TEST_DATA) + "/../cases/configs";
  if (!std::filesystem::exists(folder)) isoflop_test::skip("no folder " + folder);
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    INFO(entry.path());
    CHECK(Workplace().isoflop({"shape", entry.path().string()}).exit_code == 0);
  }
}

}  // namespace
}  // namespace isoflop::testing::people_configs_test
