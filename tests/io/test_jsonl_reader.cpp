#include "catch.hpp"
#include "read_text.hpp"

namespace isoflop::testing::jsonl_reader_test {
namespace {

using Rows = TextRows;
using Lines = std::vector<std::size_t>;

TEST_CASE("read_text_table: keys of all objects are columns in order", "[io][format]") {
  const TextTable table = table_of(
      "runs.jsonl", "{\"N\": 1, \"loss\": 2}\n\n{\"loss\": 3, \"D\": 4}\r\n{\"N\": null}\n{}\n");
  CHECK(table.header == std::vector<std::string>{"N", "loss", "D"});
  CHECK(table.rows == Rows{{"1", "2", ""}, {"", "3", "4"}, {"", "", ""}, {"", "", ""}});
  CHECK(table.line == Lines{1, 3, 4, 5});
}

TEST_CASE("read_text_table: json values become the text that spells them", "[io][format]") {
  const TextTable table =
      table_of("runs.ndjson", R"({"a": true, "b": false, "c": "x, \"y\"", "d": -3, "e": 1e21})");
  CHECK(table.rows == Rows{{"true", "false", "x, \"y\"", "-3", "1e+21"}});
}

TEST_CASE("read_text_table: json numbers keep every bit", "[io][identity]") {
  const TextTable table =
      table_of("runs.jsonl", R"({"a": 18446744073709551615, "b": 0.30000000000000004})");
  CHECK(table.rows == Rows{{"18446744073709551615", "0.30000000000000004"}});
}

TEST_CASE("read_text_table: malformed json is refused in one line", "[io][refusal]") {
  CHECK(table_fault("runs.jsonl", "{\"a\": 1}\n{\"a\": 1,\n\"b\": 2}\n") ==
        "runs.jsonl:2: is not valid JSON at column 9; write one object per line such as "
        "{\"N\": 7e10, \"loss\": 2.1}");
}

TEST_CASE("read_text_table: a json line with more than one object is refused", "[io][refusal]") {
  CHECK(table_fault("runs.jsonl", "{\"a\": 1} {\"a\": 2}\n") ==
        "runs.jsonl:1: is not valid JSON at column 10; write one object per line such as "
        "{\"N\": 7e10, \"loss\": 2.1}");
}

TEST_CASE("read_text_table: a json line that is no object is refused", "[io][refusal]") {
  const std::string advice =
      "is not a JSON object; write one object per line such as {\"N\": 7e10, \"loss\": 2.1}";
  CHECK(table_fault("runs.jsonl", "[{\"a\": 1}]\n") == "runs.jsonl:1: " + advice);
  CHECK(table_fault("runs.jsonl", "{\"a\": 1}\n7\n") == "runs.jsonl:2: " + advice);
}

TEST_CASE("read_text_table: a key that stands twice in one object is refused", "[io][refusal]") {
  CHECK(table_fault("runs.jsonl", "{\"a\": 1}\n{\"a\": 1, \"a\": 2}\n") ==
        "runs.jsonl:2: the key \"a\" stands twice in one object; keep one of them");
}

TEST_CASE("read_text_table: json objects without keys are refused", "[io][refusal]") {
  CHECK(table_fault("runs.jsonl", "{}\n{}\n") ==
        "runs.jsonl:1: the objects have no keys, so no columns; write one object per line such as "
        "{\"N\": 7e10, \"loss\": 2.1}");
}

}  // namespace
}  // namespace isoflop::testing::jsonl_reader_test
