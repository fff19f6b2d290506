// Rows that say nothing of a finished run, and rows that are not runs of their own.
#include "catch.hpp"
#include "read_text.hpp"

namespace isoflop::testing::unfinished_runs_test {
namespace {

using Lines = std::vector<std::size_t>;
using Names = std::vector<std::string>;

TEST_CASE("read_records: rows without a loss are left out and counted", "[io][format]") {
  const Records records = records_of(
      "N,D,loss\n1,2,3\n1,2,\n1,2,NaN\n1,2,None\n1,2,null\n1,2,-\n1,2,\xE2\x80\x94\n1,2,n/a\n"
      "1,2,inf\n1,2,-Infinity\n1,2,2.5\n");
  CHECK(records.runs.line == Lines{2, 12});
  CHECK(records.log.read_as ==
        Names{"9 rows without a loss left out: lines 3, 4, 5, 6, 7, 8, 9, 10, 11"});
  REQUIRE(records.log.dropped.size() == 1);
  CHECK(records.log.dropped[0].count == 9);
  CHECK(records_fault("N,D,loss\n1,2,\n") == "runs.csv: no row has a loss");
}

TEST_CASE("read_records: rows of runs that did not finish are left out", "[io][format]") {
  const std::string csv =
      "N,D,loss,State\n1,2,3,finished\n1,2,4,crashed\n1,2,5,Running\n1,2,6,\n1,2,7,odd\n";
  const Records records = records_of(csv);
  CHECK(records.runs.line == Lines{2});
  CHECK(records.log.read_as ==
        Names{"4 rows left out whose \"State\" is crashed, Running, empty, odd: lines 3, 4, 5, 6"});
  // A condition speaks of the column: nothing is guessed.
  CHECK(records_of(csv, where({"State!=crashed"})).runs.line == Lines{2, 4, 5, 6});
}

TEST_CASE("read_records: a state that says nothing of finishing is none", "[io][identity]") {
  CHECK(records_of("N,D,loss,state\n1,2,3,CA\n1,2,4,NY\n").runs.line == Lines{2, 3});
  CHECK(records_of("N,D,loss,status\n1,2,3,crashed\n1,2,4,failed\n").runs.line == Lines{2, 3});
}

TEST_CASE("read_records: where compares row by row beside a text", "[io][format]") {
  const std::string csv = "N,D,loss,lr\n1,2,3,0.1\n1,2,3,auto\n1,2,3,0.01\n1,2,3,nan\n1,2,3,inf\n";
  const Records kept = records_of(csv, where({"lr!=1e-1"}));
  CHECK(kept.runs.line == Lines{3, 4, 5, 6});
  CHECK(kept.log.read_as ==
        Names{field("where") + " 'lr!=1e-1': \"auto\" is no number, on line 3; kept"});
  CHECK(records_of(csv, where({"lr<1"})).runs.line == Lines{2, 4});
  CHECK(records_of(csv, where({"lr>1"})).runs.line == Lines{6});
  CHECK(records_of(csv, where({"lr=inf"})).runs.line == Lines{6});
  CHECK(records_of(csv, where({"lr=nan"})).runs.line == Lines{5});
  CHECK(records_of(csv, where({"lr!=nan"})).runs.line == Lines{2, 3, 4, 6});
  CHECK(records_of(csv, where({"lr=auto"})).runs.line == Lines{3});
  CHECK(records_of(csv, where({"lr="})).runs.line == Lines{5});
}

const std::string kCheckpoints =
    "run,N,D,loss\na,1,1,4\na,1,2,3\nb,2,1,3.5\nb,2,2,2.5\nb,2,3,2.25\n";

TEST_CASE("read_records: checkpoints of a run are one group, and said to be", "[io][format]") {
  const Records records = records_of(kCheckpoints);
  CHECK(records.runs.group == Names{"a", "a", "b", "b", "b"});
  CHECK(records.log.columns.at("group") == "run");
  CHECK(records.log.read_as ==
        Names{"rows of one run (column \"run\") are not independent: resamples draw whole runs; " +
              field("last_of") + " run keeps the last row of each"});
}

TEST_CASE("read_records: rows that are runs of their own stay so", "[io][identity]") {
  // One row per run; D that does not grow; two sizes under one name; a group of its own.
  CHECK(records_of("run,N,D,loss\na,1,1,4\nb,1,2,3\n").runs.group.empty());
  CHECK(records_of("run,N,D,loss\na,1,1,4\na,1,1,3\nb,1,2,3\nb,1,2,3\n").runs.group.empty());
  CHECK(records_of("run,N,D,loss\na,1,1,4\na,2,2,3\nb,1,1,3\nb,2,2,3\n").runs.group.empty());
  CHECK(records_of("run,N,D,loss,group\na,1,1,4,x\na,1,2,3,y\n").runs.group == Names{"x", "y"});
}

TEST_CASE("read_records: last-of keeps the row of most tokens of each run", "[io][format]") {
  RecordOptions options;
  options.last_of = "run";
  const Records records = records_of(kCheckpoints + "b,2,2.5,9\n", options);
  CHECK(records.runs.line == Lines{3, 6});
  CHECK(records.runs.group.empty());
  CHECK(records.log.dropped.at(0).reason == field("last_of") + " run: not the last row of its run");
  // A crash that left no loss is not the last row.
  CHECK(records_of(kCheckpoints + "b,2,9,nan\n", options).runs.line == Lines{3, 6});
  options.last_of = "runs";
  CHECK_THAT(records_fault(kCheckpoints, options),
             Catch::Matchers::EndsWith("the nearest is \"run\": write last_of run"));
}

TEST_CASE("read_records: group and best-of take several columns", "[io][format]") {
  RecordOptions options;
  options.columns["group"] = "lr,bs,seed";
  const std::string csv = "N,D,loss,\"lr,bs\",seed\n1,2,3,x,1\n1,2,4,x,2\n1,2,2,y,1\n";
  CHECK(records_of(csv, options).runs.group == Names{"x, 1", "x, 2", "y, 1"});
  options.columns["group"] = "lr,bs";
  CHECK(records_of(csv, options).runs.group == Names{"x", "x", "y"});
  RecordOptions best;
  best.best_of = {"lr", "bs"};
  CHECK(records_of(csv, best).runs.line == Lines{2, 4});
}

TEST_CASE("read_records: a column that nobody asked for may hold anything", "[io][identity]") {
  CHECK(records_of("N,D,loss,x,x,\n1,2,3,a,\"b,c\",\xFF\n").runs.line == Lines{2});
  CHECK(records_fault("N,D,loss,x,x\n1,2,3,4,5\n", where({"x=4"})) ==
        "runs.csv:1: columns 4 and 5 are both named \"x\"; give each column its own name");
}

}  // namespace
}  // namespace isoflop::testing::unfinished_runs_test
