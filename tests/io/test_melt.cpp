#include "catch.hpp"
#include "read_text.hpp"

namespace isoflop::testing::melt_test {
namespace {

using Rows = TextRows;
using Names = std::vector<std::string>;

TextTable melted_table(const std::string& name, const std::string& text, const std::string& melt) {
  const ScratchFolder folder;
  return read_text_table(folder.write(name, text), {.format = TableFormat::kByName, .melt = melt});
}

TEST_CASE("melt: columns named by numbers become rows", "[io][format]") {
  const TextTable table = melted_table(
      "w.md", "| dim \\ C | 1e18 | 3e18 |\n|--|--|--|\n| 256 | 3.5 | - |\n| 512 | 3.4 | 3.1 |\n",
      "loss");
  CHECK(table.header == Names{"dim", "C", "loss"});
  CHECK(table.rows == Rows{{"256", "1e18", "3.5"}, {"512", "1e18", "3.4"}, {"512", "3e18", "3.1"}});
  CHECK(table.line == std::vector<std::size_t>{3, 4, 4});
}

TEST_CASE("melt: the names of both columns can be said", "[io][format]") {
  const TextTable table = melted_table("w.csv", "N,note,2B,8B\n1M,x,3,2\n", "D=val loss");
  CHECK(table.header == Names{"N", "note", "D", "val loss"});
  CHECK(table.rows == Rows{{"1M", "x", "2B", "3"}, {"1M", "x", "8B", "2"}});
  CHECK(melted_table("w.csv", "N,2B,8B\n1M,3,2\n", "loss").header == Names{"N", "across", "loss"});
}

TEST_CASE("melt: a chart of several runs loses its envelopes", "[io][format]") {
  const TextTable table = melted_table("w.csv",
                                       "Step,a - loss,a - loss__MIN,a - loss__MAX,b - c - loss\n"
                                       "1,3,3,3,4\n2,2,2,2,\n",
                                       "loss");
  CHECK(table.header == Names{"Step", "run", "loss"});
  CHECK(table.rows == Rows{{"1", "a", "3"}, {"1", "b - c", "4"}, {"2", "a", "2"}});
}

TEST_CASE("melt: a table that is long already is refused", "[io][refusal]") {
  CHECK_THROWS_AS(melted_table("w.csv", "N,D,loss\n1,2,3\n", "loss"), DataError);
  CHECK_THROWS_AS(melted_table("w.csv", "N,2B,8B\n1,2,3\n", "D="), InvalidArgument);
}

TEST_CASE("melt: a wide table that lacks a column is told of it", "[io][refusal]") {
  CHECK_THAT(records_fault("N,2B,8B\n1,2,3\n"),
             Catch::Matchers::EndsWith("this is a wide table, with 2 columns across: melt "
                                       "ACROSS=loss makes rows of them"));
}

}  // namespace
}  // namespace isoflop::testing::melt_test
