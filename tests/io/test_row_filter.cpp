#include "catch.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/records.hpp"
#include "read_text.hpp"

namespace isoflop::testing::row_filter_test {
namespace {

using Catch::Matchers::ContainsSubstring;
using Lines = std::vector<std::size_t>;

RecordOptions best_of(std::vector<std::string> names) {
  RecordOptions out;
  out.best_of = std::move(names);
  return out;
}

bool is_condition(const char* text, const std::string& column, Comparison comparison,
                  const std::string& value) {
  const Condition read = parse_condition(text);
  return read.column == column && read.comparison == comparison && read.value == value;
}

TEST_CASE("parse_condition: each sign has its comparison", "[io][format]") {
  CHECK(is_condition("k=1", "k", Comparison::kEqual, "1"));
  CHECK(is_condition("k!=1", "k", Comparison::kNotEqual, "1"));
  CHECK(is_condition("k<1", "k", Comparison::kLess, "1"));
  CHECK(is_condition("k>1", "k", Comparison::kGreater, "1"));
  CHECK(is_condition("k<=1", "k", Comparison::kLessEqual, "1"));
  CHECK(is_condition("k>=1", "k", Comparison::kGreaterEqual, "1"));
}

TEST_CASE("parse_condition: blanks around the parts do not count", "[io][format]") {
  CHECK(is_condition(" my column  <= 1 T ", "my column", Comparison::kLessEqual, "1 T"));
}

TEST_CASE("parse_condition: an empty value means a missing field", "[io][format]") {
  CHECK(is_condition("loss!=", "loss", Comparison::kNotEqual, ""));
  CHECK(is_condition("loss=", "loss", Comparison::kEqual, ""));
}

TEST_CASE("parse_condition: the first sign ends the column", "[io][format]") {
  CHECK(is_condition("name!=a=b", "name", Comparison::kNotEqual, "a=b"));
}

TEST_CASE("parse_condition: anything else is refused", "[io][refusal]") {
  for (const char* text :
       {"", "k", "k 1", "=1", " >=1", "k<", "k>= ", "k==1", "k=<1", "k=>1", "k<>1", "k!1", "k!"}) {
    INFO(text);
    CHECK_THROWS_AS(parse_condition(text), InvalidArgument);
    CHECK_THROWS_WITH(parse_condition(text), "where '" + std::string(text) +
                                                 "': write a column, one of = != < > <= >= and a "
                                                 "value, such as 'N>=1e9'");
  }
}

TEST_CASE("read_records: an order by a number with a comma is refused, in a table of either mark",
          "[io][refusal]") {
  const std::string points = "N,D,loss\n1,2,3.25\n4,5,6.5\n";
  const std::string commas = "N;D;loss\n1;2;3,25\n4;5;6,5\n";
  for (const std::string& csv : {points, commas}) {
    CAPTURE(csv);
    CHECK_THROWS_WITH(records_of(csv, where({"loss<3,2"})),
                      ContainsSubstring("\"3,2\" has a decimal comma; write 3.2"));
    CHECK_THROWS_WITH(records_of(csv, where({"loss<2,850"})),
                      ContainsSubstring("\"2,850\" has a comma; write 2850 or 2.850"));
    CHECK(records_of(csv, where({"loss<3.5"})).runs.line == Lines{2});
  }
  // By = a field is asked for as it stands.
  CHECK(records_of(commas, where({"loss=3,25"})).runs.line == Lines{2});
  CHECK(records_of(commas, where({"loss!=3,25"})).runs.line == Lines{3});
}

TEST_CASE("read_records: where compares numbers in a column of numbers", "[io][format]") {
  const std::string csv = "N,D,loss,k\n1,2,3,0.5\n4,5,6,10\n7,8,9,2e0\n";
  CHECK(records_of(csv, where({"k=.50"})).runs.line == Lines{2});
  CHECK(records_of(csv, where({"k!=2"})).runs.line == Lines{2, 3});
  CHECK(records_of(csv, where({"k<2"})).runs.line == Lines{2});
  CHECK(records_of(csv, where({"k<=2"})).runs.line == Lines{2, 4});
  CHECK(records_of(csv, where({"k>2"})).runs.line == Lines{3});
  CHECK(records_of(csv, where({"k>=2", "k<10"})).runs.line == Lines{4});
}

TEST_CASE("read_records: where compares texts in any other column", "[io][format]") {
  const std::string csv = "N,D,loss,kind\n1,2,3,1.0\n4,5,6,moe\n7,8,9,\n";
  // An empty field is a text like any other.
  CHECK(records_of(csv, where({"kind=moe"})).runs.line == Lines{3});
  CHECK(records_of(csv, where({"kind!=1.0"})).runs.line == Lines{3, 4});
  CHECK(records_of(csv, where({"kind!="})).runs.line == Lines{2, 3});
}

TEST_CASE("read_records: where compares numbers beside empty fields", "[io][format]") {
  const std::string csv = "N,D,loss,k\n1,2,3,0.5\n4,5,6,\n7,8,9,2e0\n";
  CHECK(records_of(csv, where({"k=2"})).runs.line == Lines{4});
  CHECK(records_of(csv, where({"k>=.5"})).runs.line == Lines{2, 4});
  CHECK(records_of(csv, where({"k<1"})).runs.line == Lines{2});
  CHECK(records_of(csv, where({"k!=2"})).runs.line == Lines{2, 3});
  CHECK(records_of(csv, where({"k="})).runs.line == Lines{3});
  CHECK(records_of(csv, where({"k!="})).runs.line == Lines{2, 4});
}

TEST_CASE("read_records: where compares numbers beside null in json lines", "[io][format]") {
  const ScratchFolder folder;
  const std::string path = folder.write("runs.jsonl",
                                        "{\"N\": 1, \"D\": 2, \"loss\": 3, \"f\": null}\n"
                                        "{\"N\": 1, \"D\": 2, \"loss\": 3, \"f\": 1e21}\n"
                                        "{\"N\": 1, \"D\": 2, \"loss\": 3}\n");
  CHECK(read_records(path, where({"f=1e21"}), kNd).runs.line == Lines{2});
}

TEST_CASE("read_records: a column of empty fields is text", "[io][format]") {
  const std::string csv = "N,D,loss,k\n1,2,3,\n4,5,6,\n";
  CHECK(records_of(csv, where({"k!=2"})).runs.line == Lines{2, 3});
  CHECK(records_fault(csv, where({"k<2"})) ==
        "runs.csv:2: where 'k<2' needs a column of numbers, and \"\" is none; text can only be "
        "compared by = and !=");
}

TEST_CASE("read_records: rows that where drops need no valid values", "[io][format]") {
  const std::string csv = "N,D,loss\n1,2,nan\n4,5,6\n,,\n";
  CHECK(records_of(csv, where({"loss!=nan", "loss!="})).runs.line == Lines{3});
  for (const char* order : {"loss<nan", "loss>nan", "loss<=nan", "loss>=nan"}) {
    CAPTURE(order);
    CHECK_THROWS_AS(records_of(csv, where({order})), InvalidArgument);
  }
}

TEST_CASE("read_records: every dropped row is logged under its reason", "[io][format]") {
  RecordOptions options = where({"k = 1", "N>1", "N<99"});
  options.best_of = {"N", "D"};
  const Records records =
      records_of("N,D,loss,k\n2,2,3,0\n1,2,3,1\n5,2,3,1\n5,2,2,1\n5.0,2,4,1\n6,2,9,0\n", options);
  CHECK(records.runs.line == Lines{5});
  CHECK(records.log.num_rows_read == 6);
  CHECK(records.log.num_rows_used == 1);
  REQUIRE(records.log.dropped.size() == 3);
  CHECK(records.log.dropped[0].reason == field("where") + " 'k=1'");
  CHECK(records.log.dropped[0].lines == Lines{2, 7});
  CHECK(records.log.dropped[1].reason == field("where") + " 'N>1'");
  CHECK(records.log.dropped[1].count == 1);
  CHECK(records.log.dropped[2].reason ==
        field("best_of") + " N,D: not the lowest loss of its cell");
  CHECK(records.log.dropped[2].lines == Lines{4, 6});
  CHECK(records.log.dropped[2].count == 2);
}

TEST_CASE("read_records: best-of keeps the lowest loss of each cell in file order",
          "[io][format]") {
  const std::string csv = "N,D,loss,m,x\n1,2,3,b,1\n1,2,4,a,1\n1,2,2,b,2\n1,2,1,a,1\n1,2,2,b,1\n";
  CHECK(records_of(csv, best_of({"m"})).runs.line == Lines{4, 5});
  CHECK(records_of(csv, best_of({"m", "x"})).runs.line == Lines{4, 5, 6});
}

TEST_CASE("read_records: best-of keeps the first of equal losses", "[io][format]") {
  CHECK(records_of("N,D,loss,m\n1,2,3,a\n1,2,2,a\n5,2,2.0,a\n", best_of({"m"})).runs.line ==
        Lines{3});
}

TEST_CASE("read_records: best-of looks only at rows that where keeps", "[io][format]") {
  RecordOptions options = where({"ok=1"});
  options.best_of = {"m"};
  CHECK(records_of("N,D,loss,m,ok\n1,2,3,a,1\n1,2,2,a,0\n", options).runs.line == Lines{2});
}

TEST_CASE("read_records: cells are told apart by numbers where a column holds numbers",
          "[io][identity]") {
  CHECK(records_of("N,D,loss\n1e9,2,3\n1B,2,2\n1000000000,2,4\n", best_of({"N"})).runs.line ==
        Lines{3});
  CHECK(records_of("N,D,loss,m\n1,2,3,1e9\n1,2,2,1B\n1,2,4,\n1,2,5,\n", best_of({"m"})).runs.line ==
        Lines{3, 4});
}

TEST_CASE("read_records: a missing column of where comes with its correction", "[io][refusal]") {
  CHECK(records_fault("N,D,loss,outlier\n1,2,3,4\n", where({"outler=0"})) ==
        "runs.csv:1: no column \"outler\" in the header; the nearest is \"outlier\": write where "
        "'outlier=0'");
}

TEST_CASE("read_records: a missing column of best-of comes with its correction", "[io][refusal]") {
  CHECK(records_fault("N,D,loss,model,Cx\n1,2,3,4,5\n", best_of({"Cx", "modle"})) ==
        "runs.csv:1: no column \"modle\" in the header; the nearest is \"model\": write best_of "
        "Cx,model");
}

TEST_CASE("read_records: where refuses a text for a column of numbers", "[io][refusal]") {
  CHECK_THROWS_AS(records_of("N,D,loss\n1,2,3\n", where({"N=big"})), InvalidArgument);
  CHECK_THROWS_WITH(
      records_of("N,D,loss\n1,2,3\n", where({"N=big"})),
      "where 'N=big': column \"N\" holds numbers, and \"big\" is not a number (such as 1e21, "
      "70B, 2.5T)");
}

TEST_CASE("read_records: where refuses to order a column of text", "[io][refusal]") {
  CHECK(records_fault("N,D,loss,kind\n1,2,3,dense\n1,2,3,moe\n", where({"kind<5"})) ==
        "runs.csv:2: where 'kind<5' needs a column of numbers, and \"dense\" is none; text can "
        "only be compared by = and !=");
}

TEST_CASE("read_records: conditions that leave no row are named", "[io][refusal]") {
  CHECK(records_fault("N,D,loss\n1,2,3\n", where({"N>1"})) ==
        "runs.csv: no row is left after where 'N>1'; loosen the condition");
  CHECK(records_fault("N,D,loss\n1,2,3\n", where({"N=1", "D!=2"})) ==
        "runs.csv: no row is left after where 'N=1' where 'D!=2'; loosen the conditions");
}

TEST_CASE("read_records: best-of refuses a loss that it cannot compare", "[io][refusal]") {
  CHECK_THAT(records_fault("N,D,loss,m\n1,2,3,a\n1,2,oops,a\n", best_of({"m"})),
             Catch::Matchers::StartsWith("runs.csv:3: loss \"oops\" is not a number"));
}

}  // namespace
}  // namespace isoflop::testing::row_filter_test
