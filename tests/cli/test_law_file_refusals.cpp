// Files that are no law files, as a user of the program meets them.
#include <algorithm>

#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::law_file_refusals_test {
namespace {

using Words = std::vector<std::string>;

/// A law file that works; the tests damage it in one place each.
const std::string kLaw = R"({
  "format": "isoflop.law/1",
  "law": "fine-grained-moe",
  "coefficients": {
    "a": 18.0712, "alpha": 0.1146, "b": 30.8082, "beta": 0.1465,
    "g": 2.076, "gamma": 0.5843, "c": 0.472
  },
  "variables": {"N": "total_non_embedding", "G": "dff_over_dexpert"},
  "expansion": 64,
  "ranges": {"N": [1e8, 4e9], "D": null}
}
)";

std::string with(const std::string& old_part, const std::string& new_part) {
  std::string text = kLaw;
  text.replace(text.find(old_part), old_part.size(), new_part);
  return text;
}

/// Checks that plan and predict refuse law.json with this one line.
void check_refused(const std::string& bytes, const std::string& line) {
  const Workplace here;
  here.write("law.json", bytes);
  for (const Words& words :
       {Words{"plan", "law.json", "--flops", "1e21"},
        Words{"predict", "law.json", "--n", "1B", "--d", "20B", "--g", "8", "--json"}}) {
    const Outcome outcome = here.isoflop(words);
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.out.empty());
    CHECK(outcome.err == "isoflop: " + line + "\n");
  }
}

TEST_CASE("law file: without damage it is accepted", "[cli][format]") {
  const Workplace here;
  here.write("law.json", kLaw);
  const Outcome plan = here.isoflop({"plan", "law.json", "--flops", "1e21"});
  CHECK(plan.exit_code == 0);
  CHECK(plan.err.empty());
}

TEST_CASE("law file: what is cut off or no JSON is refused with its line", "[cli][refusal]") {
  check_refused(kLaw.substr(0, kLaw.find("0.1465")),
                "law.json:5: the JSON ends too early; the file is incomplete");
  check_refused("N,D,loss\n", "law.json:1: is not valid JSON");
  check_refused(with("0.1146", "0,1146"), "law.json:5: is not valid JSON");
  check_refused(with("0.472", "NaN"), "law.json:6: is not valid JSON");
  check_refused("", "law.json: is empty; a JSON file was expected");
}

TEST_CASE("law file: a number beyond a double is refused with the file", "[cli][refusal]") {
  check_refused(with("18.0712", "1e999"),
                "law.json: holds a number that is too large for a double");
}

TEST_CASE("law file: JSON of another format is refused", "[cli][refusal]") {
  check_refused("[]", "law.json: is not a law file: it has no \"format\"");
  check_refused("{}", "law.json: is not a law file: it has no \"format\"");
  check_refused(with("isoflop.law/1", "isoflop.plan/1"),
                "law.json: has format \"isoflop.plan/1\"; this program reads \"isoflop.law/2\"");
  check_refused(with("\"isoflop.law/1\"", "1"), "law.json: \"format\" must be a text");
}

TEST_CASE(
    "law file: ranges the wrong way round, and words of a fit that there are not, are refused",
    "[cli][refusal]") {
  check_refused(with("[1e8, 4e9]", "[4e9, 1e8]"),
                "law.json: \"ranges.N\" must be [low, high], not reversed");
  const auto fit = [](const std::string& members) {
    return with("\"expansion\"", "\"fit\": {" + members + "}, \"expansion\"");
  };
  check_refused(fit(R"("status": "fine")"),
                "law.json: \"fit.status\" must be one of: converged, not_converged, failed");
  check_refused(fit(R"("status": "converged", "verdict": "doubtful\nverdict certified")"),
                "law.json: \"fit.verdict\" must be one of: certified, interpolates, doubtful, "
                "failed");
}

TEST_CASE("law file: what it says stays on its line and is nothing that a terminal obeys",
          "[cli][format]") {
  const Workplace here;
  here.write("law.json",
             with("\"law\"", R"("name": "mine\nverdict certified", "note": "a\u001b[2K\u009b2K",
  "source": "x\u2028verdict certified\u202e", "loss_unit": "other:u\nverdict certified", "law")"));
  const Outcome shown = here.isoflop({"laws", "law.json"});
  REQUIRE(shown.exit_code == 0);
  CHECK(contains(shown.out, "a?[2K?2K"));
  CHECK(contains(shown.out, "x?verdict certified?"));
  CHECK_FALSE(contains(shown.out, "\nverdict"));
  // JSON has the same texts, with what is no ASCII and a control escaped.
  const Outcome json = here.isoflop({"laws", "law.json", "--json"});
  REQUIRE(json.exit_code == 0);
  CHECK(contains(json.out, "\"mine verdict certified\""));
  for (const char* control : {"\x1b", "\xC2\x9B", "\xE2\x80\xA8", "\xE2\x80\xAE"}) {
    CHECK_FALSE(contains(json.out, control));
  }
  const Outcome plan = here.isoflop({"plan", "law.json", "--flops", "1e21"});
  CHECK_FALSE(contains(plan.out + plan.err, "\nverdict"));
}

TEST_CASE("law file: an unknown law is refused with those there are", "[cli][refusal]") {
  check_refused(with("fine-grained-moe", "kaplan2021"),
                "law.json: no law is named \"kaplan2021\"; there are: chinchilla fine-grained-moe "
                "joint-moe data-constrained sparsity routed efficiency-leverage kaplan "
                "over-training");
}

TEST_CASE("law file: coefficients that do not fit the law are refused", "[cli][refusal]") {
  check_refused(with(", \"gamma\": 0.5843", ""), "law.json: lacks the coefficient \"gamma\"");
  check_refused(with("\"gamma\"", "\"Gamma\""),
                "law.json: the law fine-grained-moe has no coefficient \"Gamma\"; it has: a alpha "
                "b beta g gamma c");
  check_refused(with("0.5843", "\"0.5843\""), "law.json: \"gamma\" must be a number");
  check_refused(with("18.0712", "-18.0712"),
                "law.json: coefficient a must be a positive finite number");
  check_refused(with("\"coefficients\"", "\"theta\""),
                "law.json: lacks the object \"coefficients\"");
}

TEST_CASE("law file: conventions in unknown words are refused", "[cli][refusal]") {
  check_refused(with("total_non_embedding", "all"),
                "law.json: does not say what N means in a known word: unspecified "
                "total_non_embedding active_non_embedding total active dense");
  check_refused(with("dff_over_dexpert", "top_k"),
                "law.json: does not say what G means in a known word: unspecified "
                "dff_over_dexpert two_dmodel_over_dexpert active_experts");
  check_refused(with("64", "0.5"), "law.json: \"expansion\" must be at least 1");
  check_refused(with("64", "\"64\""), "law.json: \"expansion\" must be a number");
  check_refused(with("[1e8, 4e9]", "4e9"), "law.json: \"ranges.N\" must be [low, high]");
}

TEST_CASE("law file: a folder is refused", "[cli][refusal]") {
  const Outcome plan = Workplace().isoflop({"plan", "data", "--flops", "1e21"});
  CHECK(plan.exit_code == 1);
  CHECK(plan.out.empty());
  CHECK(plan.err == "isoflop: data: is a folder; a file was expected\n");
}

TEST_CASE("law file: a name that is neither file nor law comes with the laws there are",
          "[cli][refusal]") {
  const Outcome plan = Workplace().isoflop({"plan", "krajewski2024", "--flops", "1e21"});
  CHECK(plan.exit_code == 1);
  CHECK(plan.out.empty());
  CHECK(num_lines(plan.err) == 1);
  CHECK(plan.err.rfind("isoflop: krajewski2024: is neither a file nor a published law", 0) == 0);
  CHECK(contains(plan.err, "krajewski2024-e64"));
}

TEST_CASE("isoflop: what a terminal would obey is shown, and messages have an end",
          "[cli][refusal]") {
  const Workplace here;
  Json law = Json::parse(here.isoflop({"laws", "hoffmann2022", "--json"}).out);
  law["loss_unit"] = "other:\x1b[2J\x1b]0;title\x07";
  here.write("law.json", law.dump());
  const Outcome shown = here.isoflop({"predict", "law.json", "--n", "1e9", "--d", "1e10"});
  CHECK(shown.exit_code == 0);
  CHECK(shown.out.find("other") == std::string::npos);
  CHECK(shown.out.find("?[2J?]0;title?") != std::string::npos);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; };
  CHECK(std::none_of(shown.out.begin(), shown.out.end(), is_control));
  const Outcome word = here.isoflop({"plan", "x\x1b[31my", "--flops", "1e21"});
  CHECK(word.exit_code != 0);
  CHECK(std::none_of(word.err.begin(), word.err.end(), is_control));
  here.write("long.json", R"({"verb":")" + std::string(1'000'000, 'a') + "\"}");
  const Outcome cut = here.isoflop({"run", "long.json"});
  CHECK(cut.exit_code != 0);
  CHECK(cut.err.size() < 1500);
}

TEST_CASE("isoflop: a JSON key that stands twice is not read as its last", "[cli][refusal]") {
  const Workplace here;
  here.write("law.json", R"({"format":"isoflop.law/2","law":"chinchilla","coefficients":
    {"E":1.82,"A":482,"alpha":0.348,"B":2085,"beta":0.366,"E":0.5}})");
  const Outcome law = here.isoflop({"predict", "law.json", "--n", "70B", "--d", "1.4T"});
  CHECK(law.exit_code == 1);
  CHECK(law.err == "isoflop: law.json: the key \"E\" stands twice in one object\n");
  here.write("request.json", R"({"verb":"plan","law":"hoffmann2022","flops":1e21,
    "max_n_active":1e9,"max_n_active":1e12})");
  CHECK(here.isoflop({"run", "request.json"}).exit_code == 1);
  // The same name in another object, or as a value, is no fault.
  here.write("request.json", R"({"verb":"laws", "name":"name"})");
  CHECK(here.isoflop({"run", "request.json"}).err.find("twice") == std::string::npos);
}

}  // namespace
}  // namespace isoflop::testing::law_file_refusals_test
