#include "catch.hpp"
#include "cli/program.hpp"
#include "isoflop/api/laws.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/json_text.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/text/laws.hpp"

namespace isoflop::testing::laws_test {
namespace {

TEST_CASE("api laws: the door gives the program's documents to the byte", "[api][identity]") {
  for (const std::string name : {"", "fine-grained-moe", "tian2025"}) {
    INFO(name);
    const api::LawsOutcome outcome = api::laws({name});
    CHECK(outcome.usable());
    std::vector<std::string> words{"laws"};
    if (!name.empty()) words.push_back(name);
    CHECK(Workplace().isoflop(words).out == show_fields(text::laws(outcome), FieldStyle::kFlag));
    words.emplace_back("--json");
    CHECK(Workplace().isoflop(words).out == json_text(to_json(outcome)));
  }
}

TEST_CASE("api laws: a name gives its law, or the formula of that name", "[api][identity]") {
  const api::LawsOutcome law = api::laws({"hoffmann2022"});
  CHECK_FALSE(law.is_formula());
  REQUIRE(law.formulas.size() == 1);
  CHECK(law.formulas[0].name == "chinchilla");
  CHECK(api::laws({"chinchilla"}).is_formula());
  CHECK_FALSE(api::laws({}).is_formula());
  CHECK_THROWS_AS(api::laws({"hofman2022"}), DataError);
}

TEST_CASE("api laws: the document of a law is a law file", "[api][format]") {
  const Json json = to_json(api::laws({"hoffmann2022"}));
  const LawRecord law = law_from_json(json, "document");
  CHECK(law.coefficients == find_law("hoffmann2022").coefficients);
}

}  // namespace
}  // namespace isoflop::testing::laws_test
