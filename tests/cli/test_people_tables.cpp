// Tables as people have them, from end to end: the shared cases, each the same law.
#include "catch.hpp"
#include "program.hpp"
#include "skip.hpp"
#include "within.hpp"

namespace isoflop::testing::people_tables_test {
namespace {

using Words = std::vector<std::string>;

/// Path of a case; skips the test where the cases are absent.
std::string case_file(const std::string& name) {
  const std::string path = std::string(ISOFLOP_TEST_DATA) + "/../cases/" + name;
  if (!std::filesystem::exists(path)) isoflop_test::skip("no file " + path);
  return path;
}

Json fit_of(const Words& words) {
  const Workplace here;
  Words all{"fit"};
  all.insert(all.end(), words.begin(), words.end());
  for (const char* word : {"--law", "chinchilla", "--bootstrap", "0", "--json"}) {
    all.emplace_back(word);
  }
  const Outcome outcome = here.isoflop(all);
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  return Json::parse(outcome.out);
}

struct Case {
  std::string file;
  Words more;
  std::size_t num_runs;
};

TEST_CASE("isoflop fit: every form of one table gives the same law", "[cli][recovery]") {
  const std::vector<Case> cases{
      {"semi.csv", {}, 15},
      {"semi_dot.csv", {}, 15},
      {"index.csv", {}, 15},
      {"comment.csv", {}, 15},
      {"bom16.csv", {}, 15},
      {"thou.csv", {}, 15},
      {"units.csv", {}, 15},
      {"pow.csv", {}, 15},
      {"mb.csv", {}, 15},
      {"ratio.csv", {}, 15},
      {"flops.csv", {}, 15},
      {"ppl.csv", {}, 15},
      {"ppl.csv", {"--column", "loss=ppl", "--loss-unit", "perplexity"}, 15},
      {"arr.json", {}, 15},
      {"cols.json", {}, 15},
      {"nested.jsonl", {}, 15},
      {"wandb.csv", {}, 60},
      {"wandb.csv.gz", {}, 60},
      {"wandb.csv", {"--last-of", "Name"}, 15}};
  for (const Case& c : cases) {
    INFO(c.file);
    Words words{case_file("tables/" + c.file)};
    words.insert(words.end(), c.more.begin(), c.more.end());
    const Json law = fit_of(words);
    CHECK(law["records"]["rows_used"] == c.num_runs);
    // Four decimals of the losses leave this much open.
    CHECK(law["coefficients"]["alpha"].get<double>() == within(0.35, 1e-3));
    CHECK(law["coefficients"]["beta"].get<double>() == within(0.37, 1e-3));
    CHECK(law["coefficients"]["E"].get<double>() == within(1.8, 1e-3));
    const bool as_it_stands = c.file == "arr.json" || c.file == "cols.json" || c.more.size() == 4;
    CHECK(law["records"].contains("read_as") == !as_it_stands);
  }
}

TEST_CASE("isoflop fit: an export of runs says what it left out", "[cli][format]") {
  const std::string file = case_file("tables/wandb_export.csv");
  const Outcome refused = Workplace().isoflop({"fit", file, "--law", "chinchilla"});
  CHECK(refused.exit_code == 1);
  CHECK(contains(refused.err, "\"eval/c4_en/loss\", \"train/loss\""));
  const Json law = fit_of({file, "--column", "loss=eval/c4_en/loss"});
  CHECK(law["records"]["rows_used"] == 16);
  CHECK(law["records"]["columns"]["n"] == "model.non_embedding_params");
  CHECK(
      contains(law["records"]["read_as"].dump(), "crashed, failed, running: lines 5, 10, 14, 18"));
}

TEST_CASE("isoflop fit: a decimal comma is read where semicolons separate", "[cli][format]") {
  const std::string file = case_file("tables/europe.csv");
  const Workplace here;
  here.write("europe.csv", bytes_of(file) +
                               "1e8;1e9;3,4\n1e8;2e9;3,3\n2e8;1e9;3,2\n2e8;2e9;3,1\n"
                               "4e8;1e9;3,05\n");
  const Outcome fit =
      here.isoflop({"fit", "europe.csv", "--law", "chinchilla", "--bootstrap", "0"});
  CHECK(contains(fit.out, "decimal commas, \"3,456\" is 3.456 (6 fields)"));
}

TEST_CASE("isoflop fit: a filter says what it did with a text", "[cli][format]") {
  const Json law = fit_of({case_file("filters/w_auto.csv"), "--where", "lr!=1e-1"});
  CHECK(law["records"]["rows_used"] == 8);
  CHECK(law["records"]["read_as"] ==
        Json{"--where 'lr!=1e-1': \"auto\" is no number, on line 11; kept"});
}

TEST_CASE("isoflop fit: hints name the same quantity or none", "[cli][refusal]") {
  const Outcome fit =
      Workplace().isoflop({"fit", case_file("filters/hint.csv"), "--law", "chinchilla"});
  CHECK(contains(fit.err, "add --column loss=NAME"));
  CHECK_FALSE(contains(fit.err, "loss=flops"));
}

TEST_CASE("isoflop fit: a list in a key that nobody asked for is read over", "[cli][format]") {
  const Outcome fit =
      Workplace().isoflop({"fit", case_file("filters/nest.jsonl"), "--law", "chinchilla"});
  CHECK(contains(fit.err, "1 run cannot determine 5 coefficients"));
}

TEST_CASE("isoflop fit: FLOPs in place of losses give no certified law", "[cli][refusal]") {
  const Json law = fit_of({case_file("filters/flops9.csv")});
  CHECK(law["fit"]["verdict"] == "doubtful");
  CHECK(contains(law["fit"]["reasons"].dump(), "ended on"));
  CHECK(law["fit"]["questions"]["optimum"]["word"] == "only at a bound");
}

TEST_CASE("isoflop fit: standard input is read by its format", "[cli][format]") {
  const Workplace here;
  const std::string csv =
      "N,D,loss\n1e8,2e9,3.5\n1e8,8e9,3.2\n2e8,2e9,3.3\n2e8,8e9,3.0\n"
      "4e8,2e9,3.2\n4e8,8e9,2.9\n";
  here.write("runs.csv", csv);
  const std::string fit = " --law chinchilla --bootstrap 0 --format csv";
  std::string expected = here.shell("isoflop fit runs.csv" + fit).out;
  const std::size_t at = expected.find("runs.csv");
  REQUIRE(at != std::string::npos);
  expected.replace(at, 8, "-");
  CHECK(here.shell("isoflop fit - < runs.csv" + fit).out == expected);
  CHECK(contains(here.isoflop({"fit", "-", "--law", "chinchilla"}).err, "--format"));
}

}  // namespace
}  // namespace isoflop::testing::people_tables_test
