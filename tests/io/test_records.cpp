#include "catch.hpp"
#include "isoflop/io/records.hpp"
#include "read_text.hpp"

namespace isoflop::testing::records_test {
namespace {

using Numbers = std::vector<double>;
using Lines = std::vector<std::size_t>;

TEST_CASE("read_records: default columns have the names of the variables", "[io][format]") {
  const Records records = records_of("loss,D,N\n2.5,1.4T,70B\n2.25,2e12,1e9\n");
  CHECK(records.runs.column(Variable::kN) == Numbers{70e9, 1e9});
  CHECK(records.runs.column(Variable::kD) == Numbers{1.4e12, 2e12});
  CHECK(records.runs.loss == Numbers{2.5, 2.25});
  CHECK(records.runs.line == Lines{2, 3});
}

TEST_CASE("read_records: json lines give runs as well", "[io][format]") {
  const ScratchFolder folder;
  const std::string path =
      folder.write("runs.jsonl", "{\"N\": 7e10, \"D\": \"1.4T\", \"loss\": 2.5}\n");
  const Records records = read_records(path, {}, kNd);
  CHECK(records.runs.column(Variable::kD) == Numbers{1.4e12});
}

TEST_CASE("read_records: extra columns keep their text for the rows that are left",
          "[io][format]") {
  RecordOptions options = where({"N>1"});
  options.extra = {"note"};
  const Records records = records_of("N,D,loss,note\n1,2,3,a\n4,5,6, b c\n7,8,9,\n", options);
  CHECK(records.extra.at("note") == std::vector<std::string>{"b c", ""});
}

TEST_CASE("read_records: an extra column that is not there is refused", "[io][refusal]") {
  RecordOptions options;
  options.extra = {"nots"};
  CHECK_THROWS_WITH(records_of("N,D,loss,note\n1,2,3,a\n", options),
                    Catch::Matchers::ContainsSubstring("no column \"nots\"") &&
                        Catch::Matchers::ContainsSubstring("the nearest is \"note\""));
}

TEST_CASE("read_records: a variable that is not needed is not read", "[io][format]") {
  const Records records = records_of("N,D,G,loss\n1,2,not a number,3\n");
  CHECK(records.runs.column(Variable::kG).empty());
}

TEST_CASE("read_records: options name other columns", "[io][format]") {
  const Records records = records_of("n_active,tokens,ce,N\n1,2,3,4\n",
                                     columns({{"n", "n_active"}, {"d", "tokens"}, {"loss", "ce"}}));
  CHECK(records.runs.column(Variable::kN) == Numbers{1});
  CHECK(records.runs.loss == Numbers{3});
}

TEST_CASE("read_records: weight and group are read where they exist", "[io][format]") {
  const Records records = records_of("N,D,loss,weight,group\n1,2,3,2,a\n1,2,3,0.5,7\n");
  CHECK(records.runs.weight == Numbers{2, 0.5});
  CHECK(records.runs.group == std::vector<std::string>{"a", "7"});
}

TEST_CASE("read_records: a row of weight zero is left out and counted", "[io][format]") {
  const Records records = records_of("N,D,loss,weight\n1,2,3,1\n9e9,9e9,9,0\n4,5,6,1\n");
  CHECK(records.runs.column(Variable::kN) == Numbers{1, 4});
  REQUIRE(records.log.dropped.size() == 1);
  CHECK(records.log.dropped[0].reason == "weight 0");
  CHECK(records.log.dropped[0].count == 1);
  CHECK(records_fault("N,D,loss,weight\n1,2,3,0\n") == "runs.csv: no row has a weight above zero");
}

TEST_CASE("read_records: weight and group stay empty where they do not exist", "[io][format]") {
  const Records records = records_of("N,D,loss\n1,2,3\n");
  CHECK(records.runs.weight.empty());
  CHECK(records.runs.group.empty());
}

TEST_CASE("read_records: the log names the file and the columns that were read", "[io][format]") {
  const ScratchFolder folder;
  const std::string path = folder.write("runs.csv", "n_active,D,loss,group\n1,2,3,a\n");
  const Records records = read_records(path, columns({{"n", "n_active"}, {"g", "unused"}}), kNd);
  CHECK(records.log.path == path);
  CHECK(records.log.columns ==
        std::map<std::string, std::string>{
            {"d", "D"}, {"group", "group"}, {"loss", "loss"}, {"n", "n_active"}});
}

TEST_CASE("read_records: an unknown key of a column is refused", "[io][refusal]") {
  CHECK_THROWS_AS(records_of("N,D,loss\n1,2,3\n", columns({{"tokens", "D"}})), InvalidArgument);
  CHECK_THROWS_WITH(records_of("N,D,loss\n1,2,3\n", columns({{"tokens", "D"}})),
                    "column tokens=D: there is no key \"tokens\"; use n, d, g, e, u, s, a, c, "
                    "loss, weight or group");
}

TEST_CASE("read_records: a missing column comes with the nearest part of a name", "[io][refusal]") {
  CHECK(records_fault("N,D,lm_loss_ema\n1,2,3\n") ==
        "runs.csv:1: no column \"loss\" in the header; the nearest is \"lm_loss_ema\": add "
        "column loss=lm_loss_ema");
}

TEST_CASE("read_records: a misspelt column option comes with its correction", "[io][refusal]") {
  CHECK(records_fault("N,all tokens,loss\n1,2,3\n", columns({{"d", "all token"}})) ==
        "runs.csv:1: no column \"all token\" in the header; the nearest is \"all tokens\": write "
        "column 'd=all tokens'");
}

TEST_CASE("read_records: a missing column like none in the header lists them all",
          "[io][refusal]") {
  CHECK(records_fault("size,D,train_ce\n1,2,3\n") ==
        "runs.csv:1: no column \"N\" (parameters) in the header, which has \"size\", \"D\", "
        "\"train_ce\": add column n=NAME");
}

TEST_CASE("read_records: a long list of columns is cut", "[io][refusal]") {
  std::string header = "D,loss";
  std::string row = "1,2";
  for (int i = 0; i < 40; ++i) {
    header += ",x" + std::to_string(100 + i);
    row += ",3";
  }
  CHECK_THAT(records_fault(header + "\n" + row + "\n"),
             Catch::Matchers::EndsWith("\"x107\" and 32 more: add column n=NAME"));
}

TEST_CASE("read_records: what is too long for a name has none near it", "[io][refusal]") {
  const std::string name(300'000, 'n');  // compared letter by letter: 1e11 steps
  CHECK_THAT(records_fault(name + ",D,loss\n1,2,3\n", columns({{"n", name + "s"}})),
             Catch::Matchers::EndsWith("\"D\", \"loss\": write column n=NAME"));
}

TEST_CASE("read_records: weight and group that options name have to exist", "[io][refusal]") {
  CHECK(records_fault("N,D,loss,seed\n1,2,3,4\n", columns({{"group", "seeds"}})) ==
        "runs.csv:1: no column \"seeds\" in the header; the nearest is \"seed\": write column "
        "group=seed");
  CHECK(records_fault("N,D,loss\n1,2,3\n", columns({{"weight", "w"}})) ==
        "runs.csv:1: no column \"w\" in the header, which has \"N\", \"D\", \"loss\": write "
        "column weight=NAME");
}

TEST_CASE("read_records: a missing value of a variable is refused", "[io][refusal]") {
  CHECK(records_fault("N,D,G,loss\n1,2,3,4\n1,2,,4\n", {}, kNdg) ==
        "runs.csv:3: G is missing; this law needs it");
  CHECK(records_fault("N,tokens,loss\n1,\" \",4\n", columns({{"d", "tokens"}})) ==
        "runs.csv:2: D (column \"tokens\") is missing; this law needs it");
}

TEST_CASE("read_records: a value that is no number is refused", "[io][refusal]") {
  CHECK(records_fault("N,D,loss\n1,2,3\nbig,2,3\n") ==
        "runs.csv:3: N \"big\" is not a number (such as 1e21, 70B, 2.5T)");
}

TEST_CASE("read_records: variables that are not positive are refused", "[io][refusal]") {
  CHECK(records_fault("N,D,loss\n0,2,3\n") == "runs.csv:2: N \"0\" is not > 0");
  CHECK(records_fault("N,D,loss\n1,-2e9,3\n") == "runs.csv:2: D \"-2e9\" is not > 0");
}

TEST_CASE("read_records: variables that are not finite are refused", "[io][refusal]") {
  CHECK(records_fault("N,D,loss\n1,inf,3\n") ==
        "runs.csv:2: D \"inf\" is not finite; write a finite number such as 1e21, 70B, 2.5T");
  CHECK(records_fault("N,D,loss\n1e999,1,3\n") ==
        "runs.csv:2: N \"1e999\" is beyond what a double holds; write a number between 1e-307 and "
        "1e308 in size");
}

TEST_CASE("read_records: a loss that is not positive is refused", "[io][refusal]") {
  CHECK(records_fault("N,D,ce\n1,2,0\n", columns({{"loss", "ce"}})) ==
        "runs.csv:2: loss (column \"ce\") \"0\" is not > 0; leave such runs out with where "
        "'ce!=0', or fit them as they are with residual raw");
}

TEST_CASE("read_records: losses of any sign are read where that is asked for", "[io][format]") {
  RecordOptions options;
  options.any_sign = true;
  CHECK(records_of("N,D,loss\n1,2,0\n2,3,-0.25\n3,4,1.5\n", options).runs.loss ==
        Numbers{0.0, -0.25, 1.5});
}

TEST_CASE("read_records: a weight that is negative or not finite is refused", "[io][refusal]") {
  CHECK(records_fault("N,D,loss,weight\n1,2,3,-0.5\n") ==
        "runs.csv:2: weight \"-0.5\" is not >= 0");
  CHECK_THAT(records_fault("N,D,loss,weight\n1,2,3,inf\n"),
             Catch::Matchers::StartsWith("runs.csv:2: weight \"inf\" is not finite"));
  CHECK(records_fault("N,D,loss,weight\n1,2,3,\n") ==
        "runs.csv:2: weight is missing; write 1 for a run that counts once");
}

TEST_CASE("read_records: a run without a group is a group of its own", "[io][format]") {
  const auto group = records_of("N,D,loss,group\n1,2,3,a\n1,2,3,\n1,2,4,\n").runs.group;
  REQUIRE(group.size() == 3);
  CHECK(group[0] == "a");
  CHECK(group[1] != group[2]);
  CHECK_FALSE(group[1].empty());
  CHECK(group[1] != "a");
}

TEST_CASE("read_records: an error shows a value with line ends on one line", "[io][refusal]") {
  CHECK(records_fault("N,D,loss\n\"1\n2\",2,3\n") ==
        "runs.csv:2: N \"1?2\" is not a number (such as 1e21, 70B, 2.5T)");
}

}  // namespace
}  // namespace isoflop::testing::records_test
