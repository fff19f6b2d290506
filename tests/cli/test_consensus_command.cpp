#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::consensus_command_test {
namespace {

using Words = std::vector<std::string>;

Json report_of(Words words) {
  words.insert(words.begin(), "consensus");
  words.push_back("--json");
  const Outcome outcome = Workplace().isoflop(words);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  return Json::parse(outcome.out);
}

Json row_of(const Json& report, const std::string& law) {
  for (const Json& row : report["laws"]) {
    if (row["law"] == law) return row;
  }
  return nullptr;
}

TEST_CASE("isoflop consensus: the json has the documented fields", "[cli][format]") {
  const Json json = report_of({"--flops", "1e21"});
  CHECK(keys_of(json) ==
        Words{"format", "expansion", "experts", "unique_tokens", "laws", "budgets"});
  CHECK(json["format"] == "isoflop.consensus/1");
  CHECK(json["expansion"].is_null());
  for (const Json& row : json["laws"]) {
    CHECK(keys_of(row) == Words{"flops",
                                "law",
                                "applicable",
                                "reason",
                                "n_active",
                                "n_total",
                                "embeddings",
                                "d_tokens",
                                "tokens_per_active_parameter",
                                "epochs",
                                "loss",
                                "expansion",
                                "expansions_tried",
                                "granularity",
                                "granularity_own",
                                "granularity_means",
                                "granularity_elsewhere",
                                "finer_is_better",
                                "num_experts",
                                "top_k",
                                "leverage",
                                "cutoff_parameters",
                                "accounting",
                                "convention",
                                "in_range",
                                "outside",
                                "ranges",
                                "note"});
  }
  REQUIRE(json["budgets"].size() == 1);
  CHECK(keys_of(json["budgets"][0]) ==
        Words{"flops", "n_active", "d_tokens", "tokens_per_active_parameter"});
  CHECK(keys_of(json["budgets"][0]["n_active"]) ==
        Words{"low", "low_law", "high", "high_law", "ratio"});
}

TEST_CASE("isoflop consensus: every published law has a row", "[cli][identity]") {
  const Json laws = Json::parse(Workplace().isoflop({"laws", "--json"}).out);
  const Json json = report_of({"--flops", "1e21"});
  CHECK(json["laws"].size() == laws["published"].size());
  for (const Json& law : laws["published"]) {
    CAPTURE(law["name"]);
    CHECK_FALSE(row_of(json, law["name"]).is_null());
  }
}

TEST_CASE("isoflop consensus: what a law does not say is null", "[cli][format]") {
  const Json json = report_of({"--flops", "1e21"});
  const Json clark = row_of(json, "clark2022-sbase");
  CHECK(clark["applicable"] == false);
  CHECK(contains(clark["reason"], "has no D"));
  for (const char* field : {"n_active", "d_tokens", "granularity", "convention", "in_range"}) {
    CAPTURE(field);
    CHECK(clark[field].is_null());
  }
  const Json hoffmann = row_of(json, "hoffmann2022");
  CHECK(hoffmann["applicable"] == true);
  CHECK(hoffmann["reason"].is_null());
  CHECK(hoffmann["embeddings"] == "included");
  CHECK(hoffmann["in_range"] == true);
  CHECK(hoffmann["granularity"].is_null());
  const Json tian = row_of(json, "tian2025");
  CHECK(tian["n_active"].is_null());
  CHECK(tian["granularity_means"] == "two_dmodel_over_dexpert");
  CHECK(tian["granularity"] == 2.0 * tian["granularity_own"].get<double>());
}

TEST_CASE("isoflop consensus: a row is what plan gives for that law", "[cli][identity]") {
  const Json row = row_of(report_of({"--flops", "1e21"}), "krajewski2024-e64");
  const Json plan = Json::parse(
      Workplace().isoflop({"plan", "krajewski2024-e64", "--flops", "1e21", "--json"}).out)["plans"];
  for (const char* field : {"n_active", "n_total", "d_tokens", "granularity", "loss"}) {
    CAPTURE(field);
    CHECK(row[field] == plan[0][field]);
  }
  CHECK(row["outside"] == plan[0]["extrapolates"]);
}

TEST_CASE("isoflop consensus: every row of several budgets says its budget", "[cli][identity]") {
  const Json json = report_of({"krajewski2024-e64", "hoffmann2022", "--flops", "1e21", "1e24"});
  REQUIRE(json["laws"].size() == 4);
  const double flops[] = {1e21, 1e21, 1e24, 1e24};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(json["laws"][i]["flops"] == flops[i]);
    CHECK(json["laws"][i]["law"] == (i % 2 == 0 ? "krajewski2024-e64" : "hoffmann2022"));
  }
  CHECK(json["budgets"].size() == 2);
}

TEST_CASE("isoflop consensus: laws may stand anywhere on the line", "[cli][identity]") {
  const Workplace here;
  const std::string expected =
      here.isoflop({"consensus", "hoffmann2022", "kaplan2020", "--flops", "1e21", "1e24"}).out;
  for (const Words& words :
       {Words{"consensus", "--flops", "1e21", "1e24", "hoffmann2022", "kaplan2020"},
        Words{"consensus", "--flops", "1e21,1e24", "--law", "hoffmann2022", "kaplan2020"},
        Words{"consensus", "hoffmann2022", "--flops", "1e21 1e12T", "--law", "kaplan2020"}}) {
    CHECK(here.isoflop(words).out == expected);
  }
}

TEST_CASE("isoflop consensus: a law file takes part under the name it is given",
          "[cli][identity]") {
  const Workplace here;
  const Outcome mine = here.isoflop(
      {"consensus", "data/laws/hoffmann2022.json", "kaplan2020", "--flops", "1e21", "--json"});
  CHECK(mine.exit_code == 0);
  CHECK(Json::parse(mine.out)["laws"][0]["law"] == "data/laws/hoffmann2022.json");
}

TEST_CASE("isoflop consensus: options reach the laws", "[cli][identity]") {
  const Json dense = report_of({"--flops", "1e21", "--expansion", "1", "--u", "20B"});
  CHECK(dense["expansion"] == 1.0);
  CHECK(dense["unique_tokens"] == 20e9);
  CHECK(row_of(dense, "krajewski2024-e64")["applicable"] == false);
  CHECK(row_of(dense, "muennighoff2023")["epochs"] > 1.0);
  const Json sparse = report_of({"--flops", "1e21", "--expansion", "16"});
  CHECK(row_of(sparse, "hoffmann2022")["applicable"] == false);
  CHECK(row_of(sparse, "krajewski2024-e16")["applicable"] == true);
  CHECK(row_of(sparse, "tian2025")["leverage"] > 1.0);
}

TEST_CASE("isoflop consensus: the text for people answers three questions", "[cli][format]") {
  const Outcome text = Workplace().isoflop({"consensus", "--flops", "1e21"});
  CHECK(text.exit_code == 0);
  CHECK(text.err.empty());
  for (const char* part :
       {"1e21 training FLOPs\n", "\nHow many parameters, how many tokens?\n  N active ",
        "\nHow many experts?\n", "\nHow fine? G = d_ff / d_expert, d_ff = 4 d_model\n",
        "G = 22.67 (11.34 as it counts, two_dmodel_over_dexpert)", "\nNot applicable:\n",
        "\n  needs --u, the number of unique tokens\n      muennighoff2023\n"}) {
    CAPTURE(part);
    CHECK(contains(text.out, part));
  }
  CHECK_FALSE(contains(text.out, "nan"));
}

TEST_CASE("isoflop consensus: no law that applies exits 1 with the reasons", "[cli][refusal]") {
  const Outcome none = Workplace().isoflop({"consensus", "clark2022-hash", "--flops", "1e21"});
  CHECK(none.exit_code == 1);
  CHECK(none.err.empty());
  CHECK(contains(none.out, "has no D"));
}

TEST_CASE("isoflop consensus: a bad command line exits 2 with one line that names the fault",
          "[cli][refusal]") {
  struct Row {
    Words words;
    std::string names;
  };
  const Row rows[] = {
      {{"consensus", "--flops", "-1e21"}, "must be above zero"},
      {{"consensus", "--flops", "1e21x"}, "1e21x"},
      {{"consensus", "--flops", "many"}, "many"},
      {{"consensus", "--flops", "1e21", "--expansion", "0.5"}, "expansion = 0.5 is below 1"},
      {{"consensus", "--flops", "1e21", "--expansion", "eight"}, "--expansion"},
      {{"consensus", "--flops", "1e21", "--u", "0"}, "--u"},
      {{"consensus", "kaplan2020", "--law", "kaplan2020", "--flops", "1e21"}, "named twice"},
  };
  const Workplace here;
  for (const Row& row : rows) {
    const Outcome outcome = here.isoflop(row.words);
    INFO(row.names << ": " << outcome.err);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(num_lines(outcome.err) == 1);
    CHECK(contains(outcome.err, row.names));
  }
}

TEST_CASE("isoflop consensus: an unknown law exits 1 with one line", "[cli][refusal]") {
  const Outcome outcome = Workplace().isoflop({"consensus", "kaplan2021", "--flops", "1e21"});
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.out.empty());
  CHECK(num_lines(outcome.err) == 1);
  CHECK(contains(outcome.err, "kaplan2020"));
}

}  // namespace
}  // namespace isoflop::testing::consensus_command_test
