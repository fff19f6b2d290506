#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "io/scratch_folder.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/hyperparameters_file.hpp"

namespace isoflop::testing::hyperparameters_file_test {
namespace {

using Json = nlohmann::ordered_json;

Json step_law() { return hyperparameters_to_json(find_hyperparameters("step-law")); }

std::string fault_of(const Json& json) {
  try {
    hyperparameters_from_json(json, "mine.json");
  } catch (const DataError& fault) {
    return fault.what();
  }
  return "";
}

/// The fault of step-law with other members.
std::string fault_with(const Json& members) {
  Json json = step_law();
  json.update(members);
  return fault_of(json);
}

TEST_CASE("preset_hyperparameters: what ships has formulas, conventions, ranges and a source",
          "[io][format]") {
  REQUIRE(preset_hyperparameters().size() == 2);
  for (const HyperparameterLaw& law : preset_hyperparameters()) {
    CAPTURE(law.name);
    CHECK(law.lr.has_value());
    CHECK(law.batch_tokens.has_value());
    CHECK_FALSE(law.schedule.empty());
    CHECK(law.source.find("arXiv 2") != std::string::npos);
    for (const RunQuantityInfo& q : kRunQuantities) {
      if (law.uses(q.id)) CHECK(law.ranges[index_of(q.id)].has_value());
    }
    if (law.uses(RunQuantity::kN)) CHECK(law.n_means == NMeaning::kTotalNonEmbedding);
    if (law.uses(RunQuantity::kC)) CHECK(law.c_means == ComputeMeaning::kTransformerNonEmbedding);
  }
  CHECK(find_hyperparameters("step-law").lr->expression() == "1.79 * N^-0.713 * D^0.307");
  CHECK(find_hyperparameters("deepseek2024").lr->expression() == "0.3118 * C^-0.1250");
}

TEST_CASE("hyperparameters_to_json: what is written reads back as the same", "[io][identity]") {
  for (const HyperparameterLaw& law : preset_hyperparameters()) {
    const Json json = hyperparameters_to_json(law);
    const HyperparameterLaw back = hyperparameters_from_json(json, "");
    CHECK(hyperparameters_to_json(back) == json);
    CHECK(back.lr == law.lr);
    CHECK(back.batch_tokens == law.batch_tokens);
    CHECK(back.n_means == law.n_means);
    CHECK(back.c_means == law.c_means);
    CHECK(back.note == law.note);
  }
}

TEST_CASE(
    "read_hyperparameters_file: one formula is enough, and a file without a name has its path",
    "[io][identity]") {
  const ScratchFolder folder;
  const std::string path = folder.write("mine.json", R"json({"format": "isoflop.hyperparameters/1",
    "lr": {"expression": "0.066 * D^-0.395 * d_model^-0.15 * sqrt(B)"}})json");
  CHECK(is_hyperparameters_file(path));
  CHECK_FALSE(is_hyperparameters_file(path + ".absent"));
  const HyperparameterLaw law = find_hyperparameters(path);
  CHECK(law.name == path);
  CHECK(law.lr->uses(RunQuantity::kB));
  CHECK_FALSE(law.batch_tokens.has_value());
  CHECK_FALSE(law.uses(RunQuantity::kN));
}

TEST_CASE("read_hyperparameters_file: what is no such law is refused in one line with the file",
          "[io][refusal]") {
  CHECK(fault_of(Json::array()) ==
        "mine.json: is not a law of hyperparameters: it has no \"format\"");
  CHECK(fault_with({{"format", "isoflop.law/2"}}) ==
        "mine.json: has format \"isoflop.law/2\"; this program reads "
        "\"isoflop.hyperparameters/1\"");
  CHECK(fault_with({{"learning_rate", 1.0}}) ==
        "mine.json: a law of hyperparameters has no member \"learning_rate\"; it may have: format "
        "name lr batch_tokens n_means c_means ranges schedule source note request isoflop_version "
        "inputs");
  CHECK(fault_with({{"lr", "1e-3"}}) ==
        "mine.json: \"lr\" must be an object, such as {\"expression\": \"0.58 * D^0.571\"}");
  CHECK(fault_with({{"lr", nullptr}, {"batch_tokens", nullptr}}) ==
        "mine.json: needs \"lr\", \"batch_tokens\" or both");
  CHECK(fault_with({{"batch_tokens", {{"expression", "2 * B"}}}}) ==
        "mine.json: \"batch_tokens\" uses B, which is the batch itself");
  CHECK(fault_with({{"n_means", nullptr}}) ==
        "mine.json: says nothing of what its N counts: add \"n_means\", one of "
        "total_non_embedding active_non_embedding total active dense");
  CHECK(fault_with({{"n_means", "all"}}) ==
        "mine.json: \"n_means\" is \"all\"; there are: total_non_embedding active_non_embedding "
        "total active dense");
  CHECK(fault_with({{"lr", {{"expression", "C^-0.125"}}}}) ==
        "mine.json: says nothing of what its C counts: add \"c_means\", one of 6nd paper "
        "transformer transformer_non_embedding");
  CHECK(fault_with({{"ranges", {{"M", {1, 2}}}}}) ==
        "mine.json: \"ranges\" names \"M\", which is none; there are: N D C B d_model n_blocks "
        "seq_len E G K");
  CHECK(fault_with({{"ranges", {{"N", {1}}}}}) == "mine.json: the range of N must be [low, high]");
  CHECK(fault_with({{"ranges", {{"N", {2, 1}}}}}) ==
        "mine.json: the range of N must be positive, the lower end first");
}

TEST_CASE("read_hyperparameters_file: a fault of an expression shows where it is",
          "[io][refusal]") {
  CHECK(fault_with({{"lr", {{"expression", "1.79 * N^-0.713 * tokens^0.307"}}}}) ==
        "mine.json: \"lr\": no variable or coefficient is named \"tokens\"; there are: N D C B "
        "d_model n_blocks seq_len E G K\n"
        "  1.79 * N^-0.713 * tokens^0.307\n"
        "                    ^");
}

TEST_CASE("find_hyperparameters: a name that is nothing is refused with those that ship",
          "[io][refusal]") {
  CHECK_THROWS_WITH(find_hyperparameters("steplaw"),
                    "steplaw: is neither a file nor a law of hyperparameters that ships; there "
                    "are: deepseek2024 step-law");
}

}  // namespace
}  // namespace isoflop::testing::hyperparameters_file_test
