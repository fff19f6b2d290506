// Counts of many published models (models.json: the keys of each config.json that a count needs)
// against what their authors publish. "published" is an exact number, of the weights in the
// published files where the source says "files of" a repository: the sum of the sizes that their
// headers give. "stated" is what authors print, in billions, with the distance that its last digit
// leaves open.
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "isoflop/io/model_config.hpp"
#include "isoflop/shape/parameter_count.hpp"
#include "within.hpp"

namespace isoflop::testing::published_models_test {
namespace {

using Json = nlohmann::ordered_json;

Json published_models() {
  std::ifstream in(std::string(ISOFLOP_SOURCE_DIR) + "/tests/published/models.json");
  return Json::parse(in);
}

ParameterCount counted(const Json& model) {
  return count_parameters(shape_from_config(model.at("config"), model.at("name")));
}

/// What the files hold beside the model as it is counted: a second copy of a tied head, or the
/// blocks of further tokens, with their own copies of embedding and head or without.
std::uint64_t in_files(const Json& model) {
  const ParameterCount params = counted(model);
  const std::string also = model.value("files_also_hold", "");
  if (also == "head") return params.total() + params.embedding;
  if (also == "mtp, embedding and head") return params.total() + params.mtp + 2 * params.embedding;
  if (also == "mtp") {
    // No key of its config.json says that there is such a block.
    ModelShape shape = shape_from_config(model.at("config"), model.at("name"));
    shape.num_mtp_blocks = 1;
    return params.total() + count_parameters(shape).mtp;
  }
  REQUIRE(also.empty());
  return params.total();
}

double in_billions(const ParameterCount& params, const std::string& what) {
  const std::uint64_t count = what == "total"                ? params.total()
                              : what == "active"             ? params.active()
                              : what == "total_no_embedding" ? params.total_no_embedding()
                                                             : params.active_no_embedding();
  return static_cast<double>(count) / 1e9;
}

TEST_CASE("count_parameters: exact published totals of models of all kinds are exact",
          "[shape][published]") {
  std::size_t num_exact = 0;
  for (const Json& model : published_models()) {
    if (!model.contains("published")) continue;
    CAPTURE(model.at("name").get<std::string>());
    CHECK(in_files(model) == model.at("published").get<std::uint64_t>());
    ++num_exact;
  }
  CHECK(num_exact >= 30);
}

TEST_CASE("count_parameters: models of all kinds round to what their authors state",
          "[shape][published]") {
  for (const Json& model : published_models()) {
    CAPTURE(model.at("name").get<std::string>());
    REQUIRE((model.contains("published") || model.contains("stated")));
    if (!model.contains("stated")) continue;
    const ParameterCount params = counted(model);
    for (const auto& [what, stated] : model.at("stated").items()) {
      CHECK(in_billions(params, what) == within(stated[0].get<double>(), stated[1].get<double>()));
    }
  }
}

TEST_CASE("model_from_config: the files of published models leave nothing to be said of their type",
          "[io][published]") {
  for (const Json& model : published_models()) {
    CAPTURE(model.at("name").get<std::string>());
    for (const std::string& note : model_from_config(model.at("config"), "config.json").notes) {
      CHECK(note.find("not known") == std::string::npos);
    }
  }
}

TEST_CASE("count_parameters: independent counts of further models agree", "[shape][identity]") {
  // Where no exact number was found to be public: another count of the same keys.
  struct Row {
    const char* name;
    std::uint64_t total, active;
  };
  const Json models = published_models();
  for (const Row& row : {Row{"kimi-k2", 1'026'408'232'448, 32'861'500'928},
                         Row{"phi-3.5-moe", 41'873'153'344, 6'640'999'744},
                         Row{"llama-4-maverick", 400'711'848'960, 17'184'691'200},
                         Row{"granite-3.1-3b-a800m", 3'298'793'472, 882'874'368}}) {
    CAPTURE(row.name);
    const auto model = std::find_if(models.begin(), models.end(),
                                    [&](const Json& m) { return m.at("name") == row.name; });
    REQUIRE(model != models.end());
    CHECK(counted(*model).total() == row.total);
    CHECK(counted(*model).active() == row.active);
  }
}

}  // namespace
}  // namespace isoflop::testing::published_models_test
