// The format isoflop.formula/1.
#include <array>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/formula_file.hpp"
#include "scratch_folder.hpp"

namespace isoflop::formula_file_test {
namespace {

using testing::ScratchFolder;

/// A file that works; the tests damage it in one place each.
const std::string kFile = R"({
  "format": "isoflop.formula/1",
  "name": "mine",
  "expression": "E + A*N^-alpha",
  "variables": {"N": "n"},
  "coefficients": {
    "E": {"bounds": [0.1, 10], "start": [1, 2], "meaning": "irreducible loss"},
    "A": {"bounds": [1e-3, 1e9], "start": 400},
    "alpha": {}
  }
}
)";

std::string with(const std::string& old_part, const std::string& new_part) {
  std::string text = kFile;
  text.replace(text.find(old_part), old_part.size(), new_part);
  return text;
}

OwnFormula read(const std::string& bytes) {
  const ScratchFolder folder;
  return read_formula_file(folder.write("mine.json", bytes));
}

/// Coefficient C of a formula in which the others matter no more.
FormulaCoefficient coefficient(const std::string& members) {
  return read(R"({"format": "isoflop.formula/1", "expression": "C*N", "variables": ["N"],
                  "coefficients": {"C": )" +
              members + "}}")
      .coefficients.at(0);
}

std::string refusal(const std::string& bytes) {
  const ScratchFolder folder;
  try {
    read_formula_file(folder.write("mine.json", bytes));
  } catch (const DataError& fault) {
    return folder.without_folder(fault.what());
  }
  return "accepted";
}

TEST_CASE("formula file: it gives names and variables and coefficients in its own order",
          "[io][format]") {
  const OwnFormula file = read(kFile);
  CHECK(file.name == "mine");
  CHECK(file.formula.expression() == "E + A*N^-alpha");
  CHECK(file.variables == std::vector<Variable>{Variable::kN});
  REQUIRE(file.coefficients.size() == 3);
  const FormulaCoefficient e{"E", "irreducible loss", Scale::kLinear, 0.1, 10.0, 1.0, 2.0};
  const FormulaCoefficient a{"A", "", Scale::kLog, 1e-3, 1e9, 400.0, 400.0};
  CHECK(file.coefficients[0] == e);
  CHECK(file.coefficients[1] == a);
  const double loss = file.formula(std::array{1.7, 400.0, 0.34}, std::array{std::log(1e9)});
  CHECK(loss == Approx(1.7 + 400.0 * std::pow(1e9, -0.34)).epsilon(1e-13));
}

TEST_CASE("formula file: variables go by symbol or key and by any name in the expression",
          "[io][format]") {
  CHECK(read(with(R"({"N": "n"})", R"(["N"])")).variables.at(0) == Variable::kN);
  CHECK(read(with(R"({"N": "n"})", R"({"N": "D"})")).variables.at(0) == Variable::kD);
  const OwnFormula file = read(R"({"format": "isoflop.formula/1", "expression": "C*size + g",
    "variables": {"size": "N", "g": "G"}, "coefficients": {"C": {}}})");
  CHECK(file.formula.variables() == std::vector<std::string>{"size", "g"});
  CHECK(file.variables == std::vector<Variable>{Variable::kN, Variable::kG});
}

TEST_CASE("formula file: a coefficient may have the letter of a variable that is not listed",
          "[io][format]") {
  const OwnFormula file = read(R"({"format": "isoflop.formula/1", "expression": "D + G*N",
    "variables": ["N"], "coefficients": {"D": {}, "G": {}}})");
  CHECK(file.formula.coefficients() == std::vector<std::string>{"D", "G"});
}

TEST_CASE("formula file: wide positive bounds mean a log scale unless it is given",
          "[io][format]") {
  CHECK(coefficient(R"({"bounds": [0.001, 11]})").scale == Scale::kLog);
  CHECK(coefficient(R"({"bounds": [0.001, 10]})").scale == Scale::kLinear);
  CHECK(coefficient(R"({"bounds": [1e-9, 9], "start": [0.1, 1]})").scale == Scale::kLog);
  CHECK(coefficient(R"({"bounds": [0, 1e9]})").scale == Scale::kLinear);
  CHECK(coefficient(R"({"bounds": [0.1, 5], "start": [0.1, 5]})").scale == Scale::kLinear);
  CHECK(coefficient(R"({"start": [1, 1e5]})").scale == Scale::kLog);
  CHECK(coefficient(R"({"start": [0, 1e5]})").scale == Scale::kLinear);
  CHECK(coefficient(R"({"start": 5})").scale == Scale::kLinear);
  CHECK(coefficient(R"({"bounds": [0.1, 5], "scale": "log"})").scale == Scale::kLog);
  CHECK(coefficient(R"({"bounds": [1e-9, 5], "scale": "linear"})").scale == Scale::kLinear);
}

TEST_CASE("formula file: bounds and starts that are left out follow from the rest",
          "[io][format]") {
  const double largest = std::exp(25.0);
  CHECK(coefficient("{}") == FormulaCoefficient{"C", "", Scale::kLinear, -1e3, 1e3, 0.0, 2.0});
  CHECK(coefficient(R"({"scale": "log"})") ==
        FormulaCoefficient{"C", "", Scale::kLog, 1e-9, 1e18, 1.0, largest});
  CHECK(coefficient(R"({"bounds": [0.5, 9]})") ==
        FormulaCoefficient{"C", "", Scale::kLinear, 0.5, 9.0, 0.5, 2.0});
  CHECK(coefficient(R"({"bounds": [-9, -3]})") ==
        FormulaCoefficient{"C", "", Scale::kLinear, -9.0, -3.0, -9.0, -3.0});
  CHECK(coefficient(R"({"bounds": [1e-8, 1e-3]})") ==
        FormulaCoefficient{"C", "", Scale::kLog, 1e-8, 1e-3, 1e-8, 1e-3});
  CHECK(coefficient(R"({"start": -50})") ==
        FormulaCoefficient{"C", "", Scale::kLinear, -5e4, 5e4, -50.0, -50.0});
  CHECK(coefficient(R"({"start": [1e10, 1e20]})") ==
        FormulaCoefficient{"C", "", Scale::kLog, 1e-9, 1e23, 1e10, 1e20});
  CHECK(std::isfinite(coefficient(R"({"start": [1e300, 1e307]})").upper));
}

TEST_CASE("formula file: what is written is read back to the same", "[io][format]") {
  const OwnFormula file = read(kFile);
  const auto json = formula_to_json(file);
  const OwnFormula again = formula_from_json(json, "again");
  CHECK(again.name == file.name);
  CHECK(again.formula.expression() == file.formula.expression());
  CHECK(again.variables == file.variables);
  CHECK(again.coefficients == file.coefficients);
  CHECK(formula_to_json(again).dump() == json.dump());
  CHECK(json.dump() ==
        R"({"format":"isoflop.formula/1","name":"mine","expression":"E + A*N^-alpha",)"
        R"("variables":{"N":"n"},"coefficients":{)"
        R"("E":{"bounds":[0.1,10.0],"start":[1.0,2.0],"scale":"linear","meaning":)"
        R"("irreducible loss"},"A":{"bounds":[0.001,1000000000.0],"start":400.0,"scale":"log"},)"
        R"("alpha":{"bounds":[-1000.0,1000.0],"start":[0.0,2.0],"scale":"linear"}}})");
}

TEST_CASE("formula file: the example of the page on formats is one", "[io][format]") {
  std::ostringstream text;
  text << std::ifstream(ISOFLOP_SOURCE_DIR "/docs/reference/formats.md").rdbuf();
  const std::string page = text.str();
  const std::size_t section = page.find("## isoflop.formula/1");
  REQUIRE(section != std::string::npos);
  const std::size_t first = page.find('{', section), last = page.find("```", first);
  const OwnFormula file = read(page.substr(first, last - first));
  CHECK(file.variables == std::vector<Variable>{Variable::kN, Variable::kD});
  REQUIRE(file.coefficients.size() == 5);
  const std::vector<Scale> scales{Scale::kLog, Scale::kLog, Scale::kLinear, Scale::kLog,
                                  Scale::kLinear};
  for (std::size_t p = 0; p < scales.size(); ++p) CHECK(file.coefficients[p].scale == scales[p]);
}

TEST_CASE("formula file: source and note are kept", "[io][format]") {
  const OwnFormula file = read(with(R"("name": "mine")", R"("source": "here", "note": "there")"));
  CHECK(file.name.empty());
  const OwnFormula again = formula_from_json(formula_to_json(file), "again");
  CHECK(again.source == "here");
  CHECK(again.note == "there");
}

TEST_CASE("formula file: a malformed expression is refused with a caret", "[io][refusal]") {
  CHECK(refusal(with("A*N^-alpha", "A*N^")) ==
        "mine.json: \"expression\": an operand is missing\n  E + A*N^\n          ^");
  CHECK(refusal(with("A*N^-alpha", "A*Q^-alpha")) ==
        "mine.json: \"expression\": no variable or coefficient is named \"Q\"; there are: N E A "
        "alpha\n  E + A*Q^-alpha\n        ^");
}

TEST_CASE("formula file: names that clash or serve nothing are refused", "[io][refusal]") {
  CHECK(refusal(with("\"alpha\": {}", "\"alpha\": {}, \"N\": {}")) ==
        "mine.json: \"N\" is both a variable and a coefficient");
  CHECK(refusal(with("\"alpha\": {}", "\"alpha\": {}, \"beta\": {}")) ==
        "mine.json: the expression does not use the coefficient \"beta\"");
  CHECK(refusal(with(R"({"N": "n"})", R"(["N", "D"])")) ==
        "mine.json: the expression does not use the variable \"D\"");
  CHECK(refusal(with(R"({"N": "n"})", R"({"N": "n", "M": "N"})")) ==
        "mine.json: \"variables\" names the variable \"N\" twice");
  CHECK(
      refusal(with(R"({"N": "n"})", R"({"N": "size"})"))
          .starts_with("mine.json: \"variables\" names \"size\", which is none; there are: N D G"));
  CHECK(refusal(with("\"alpha\": {}", "\"alpha\": {}, \"exp\": {}")) ==
        "mine.json: a coefficient cannot be named \"exp\", which is a function");
}

TEST_CASE("formula file: bounds and starts that contradict are refused", "[io][refusal]") {
  auto refused = [](const std::string& members) {
    return refusal(with("\"alpha\": {}", "\"alpha\": " + members));
  };
  const std::string place = "mine.json: coefficient \"alpha\"";
  CHECK(refused(R"({"bounds": [2, 2]})") ==
        place + ": the lower of its \"bounds\" must be below the upper");
  CHECK(refused(R"({"start": [2, 1]})") ==
        place + ": the lower end of its \"start\" must not be above the upper");
  CHECK(refused(R"({"bounds": [0, 2], "start": 3})") ==
        place + ": its \"start\" must lie inside its \"bounds\"");
  CHECK(refused(R"({"bounds": [0, 2], "start": [-1, 1]})") ==
        place + ": its \"start\" must lie inside its \"bounds\"");
  CHECK(refused(R"({"bounds": [0, 2], "scale": "log"})") ==
        place + ": on a log scale its \"bounds\" and \"start\" must be positive");
  CHECK(refused(R"({"start": [0, 2], "scale": "log"})") ==
        place + ": on a log scale its \"bounds\" and \"start\" must be positive");
}

TEST_CASE("formula file: members of another kind are refused by name", "[io][refusal]") {
  auto refused = [](const std::string& members) {
    return refusal(with("\"alpha\": {}", "\"alpha\": " + members));
  };
  const std::string place = "mine.json: coefficient \"alpha\"";
  CHECK(refused("0.3") == place + " must be an object, {} where there is nothing to say");
  CHECK(refused(R"({"bounds": 3})") == place + ": \"bounds\" must be [low, high]");
  CHECK(refused(R"({"bounds": [1]})") == place + ": \"bounds\" must be [low, high]");
  CHECK(refused(R"({"start": ["a", "b"]})") ==
        place + ": \"start\" must be [low, high] or a number");
  CHECK(refused(R"({"scale": "cubic"})") == place + ": \"scale\" must be \"log\" or \"linear\"");
  CHECK(refused(R"({"bound": [0, 1]})") ==
        place + " has no member \"bound\"; it may have: bounds start scale meaning");
  CHECK(refusal(with("\"name\"", "\"nome\"")) ==
        "mine.json: a formula file has no member \"nome\"; it may have: format name source note "
        "expression variables target coefficients");
  CHECK(refusal(with("\"E + A*N^-alpha\"", "3")) == "mine.json: \"expression\" must be a text");
  CHECK(refusal(with("\"expression\"", "\"note\"")) == "mine.json: lacks \"expression\"");
  CHECK(refusal(with(R"({"N": "n"})", "[]")) ==
        "mine.json: must list its variables, such as \"variables\": [\"N\", \"D\"]");
  CHECK(refusal(with(R"({"N": "n"})", "[3]")) == "mine.json: \"variables\" must hold texts only");
  CHECK(refusal(R"({"format": "isoflop.formula/1", "expression": "N", "variables": ["N"]})") ==
        "mine.json: lacks the object \"coefficients\", one member for each name");
}

TEST_CASE("formula file: what is no formula file is refused", "[io][refusal]") {
  CHECK(
      refusal(with("formula/1", "formula/2")) ==
      "mine.json: has format \"isoflop.formula/2\", which a later version of isoflop writes; this "
      "program reads \"isoflop.formula/1\"");
  CHECK(refusal("[]") == "mine.json: is not a formula file: it has no \"format\"");
  CHECK(refusal(kFile.substr(0, kFile.find("\"alpha\""))) ==
        "mine.json:9: the JSON ends too early; the file is incomplete");
  CHECK(refusal("E + A*N^-alpha\n") == "mine.json:1: is not valid JSON");
  CHECK(refusal("") == "mine.json: is empty; a JSON file was expected");
}

TEST_CASE("formula file: damaged files are refused or read and never anything else",
          "[io][refusal]") {
  constexpr std::string_view kBytes = "{}[],:\"-019eENA* \n";
  Random random(5);
  int accepted = 0, refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = kFile;
    for (std::size_t n = random.below(3) + 1; n > 0; --n) {
      const std::size_t at = random.below(text.size());
      if (random.below(2) == 0) {
        text[at] = kBytes[random.below(kBytes.size())];
      } else {
        text.erase(at, 1 + random.below(8));
      }
    }
    const auto json = nlohmann::ordered_json::parse(text, nullptr, false);
    if (json.is_discarded()) continue;
    try {
      formula_from_json(json, "mine.json");
      ++accepted;
    } catch (const DataError&) {
      ++refused;
    }
  }
  CHECK(accepted > 100);
  CHECK(refused > 100);
}

/// The file with another variable, which the expression takes as a factor.
std::string with_own(const std::string& members) {
  std::string text = with("{\"N\": \"n\"}", "{\"N\": \"n\", \"v\": " + members + "}");
  return text.replace(text.find("A*N"), 3, "A*v*N");
}

TEST_CASE("formula file: an object declares a variable of the law's own", "[io][format]") {
  const OwnFormula file = read(with_own(
      R"({"column": "vocab size", "meaning": "vocabulary", "unit": "entries", "bounds": [1, null]})"));
  REQUIRE(file.variables.size() == 2);
  CHECK(file.variables[1] == own_variable(false, 0));
  REQUIRE(file.own_variables.size() == 1);
  const OwnVariable v{"v", "vocab size", "vocabulary", "entries", OwnValues::kPositive,
                      1.0, kNoLimit};
  CHECK(file.own_variables[0] == v);
  const OwnFormula again = formula_from_json(formula_to_json(file), "again");
  CHECK(again.own_variables == file.own_variables);
  CHECK(again.variables == file.variables);
}

TEST_CASE("formula file: a variable that may be zero comes as it is", "[io][format]") {
  const OwnFormula file = read(with_own(R"({"values": "nonnegative", "bounds": [0, 1]})"));
  CHECK(file.variables[1] == own_variable(true, 0));
  CHECK(file.own_variables[0].column == "v");
  const double loss = file.formula(std::array{1.7, 400.0, 0.34}, std::array{std::log(1e9), 0.0});
  CHECK(loss == 1.7);
}

TEST_CASE("formula file: a target says what else than a loss the formula gives", "[io][format]") {
  const OwnFormula file = read(
      with("\"coefficients\"",
           R"("target": {"column": "lr", "meaning": "best rate", "unit": "1"}, "coefficients")"));
  REQUIRE(file.target);
  CHECK(*file.target == OwnTarget{"lr", "best rate", "1"});
  CHECK(formula_from_json(formula_to_json(file), "again").target == file.target);
}

TEST_CASE("formula file: what is wrong with a declaration is said", "[io][refusal]") {
  CHECK(refusal(with_own(R"({"kolumn": "x"})")) ==
        "mine.json: variable \"v\" has no member \"kolumn\"; it may have: column meaning unit "
        "values bounds");
  CHECK(refusal(with_own(R"({"values": "all"})")) ==
        "mine.json: variable \"v\": \"values\" must be \"positive\", \"nonnegative\" or \"any\"");
  CHECK(refusal(with_own(R"({"bounds": [1, 1]})")) ==
        "mine.json: variable \"v\": the lower of its \"bounds\" must be below the upper");
  CHECK(refusal(with_own(R"({"bounds": [1]})")) ==
        "mine.json: variable \"v\": \"bounds\" must be [low, high], null where there is none");
  std::string key = with_own("{}");
  key.replace(key.find("\"v\""), 3, "\"d\"");
  key.replace(key.find("A*v*N"), 5, "A*d*N");
  CHECK(refusal(key) ==
        "mine.json: variable \"d\" needs another name: \"d\" is that of one of the program's own "
        "variables");
  std::string symbol = with("{\"N\": \"n\"}", R"({"P": "n", "N": {"column": "neurons"}})");
  symbol.replace(symbol.find("A*N"), 3, "A*P*N");
  CHECK(refusal(symbol) ==
        "mine.json: variable \"N\" needs another name: the formula also has the program's own N");
  CHECK(refusal(with("\"coefficients\"", R"("target": {"column": "loss"}, "coefficients")")) ==
        "mine.json: the target needs another name: \"loss\" is that of another column of the runs");
  CHECK(refusal(with("\"coefficients\"", R"("target": {}, "coefficients")")) ==
        "mine.json: lacks \"column\"");
}

}  // namespace
}  // namespace isoflop::formula_file_test
