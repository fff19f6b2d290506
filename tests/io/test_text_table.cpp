#include <unistd.h>

#include <filesystem>

#include "catch.hpp"
#include "isoflop/io/text_table.hpp"
#include "read_text.hpp"

namespace isoflop::testing::text_table_test {
namespace {

using Rows = TextRows;
using Lines = std::vector<std::size_t>;

std::string fault_at(const ScratchFolder& folder, const std::string& name) {
  return data_error_of(folder, [&] { read_text_table(folder.path(name)); });
}

TEST_CASE("read_text_table: commas separate the fields of a csv file", "[io][format]") {
  const TextTable table = table_of("runs.csv", "N,D,loss\n1e9,2e10,2.5\n2e9,,2.4\n");
  CHECK(table.header == std::vector<std::string>{"N", "D", "loss"});
  CHECK(table.rows == Rows{{"1e9", "2e10", "2.5"}, {"2e9", "", "2.4"}});
  CHECK(table.line == Lines{2, 3});
}

TEST_CASE("read_text_table: tabs separate the fields of a tsv file", "[io][format]") {
  const TextTable table = table_of("runs.tsv", "N\tname\n1e9\ta, b\n\t\n");
  CHECK(table.header == std::vector<std::string>{"N", "name"});
  CHECK(table.rows == Rows{{"1e9", "a, b"}, {"", ""}});
}

TEST_CASE("read_text_table: quoted fields hold commas and quotes and line ends", "[io][format]") {
  const TextTable table = table_of("runs.csv", "a,b\n\"x, \"\"y\"\"\",\"1\n2\"\n \"q\" , r \n");
  CHECK(table.rows == Rows{{"x, \"y\"", "1\n2"}, {"q", "r"}});
}

TEST_CASE("read_text_table: a row has the line that it begins on", "[io][format]") {
  const TextTable table =
      table_of("runs.csv", "\na,b\n\n1,\"x\n\ny\"\n  \n2,y\r\n\r\n3,\"\n\"\n4,z");
  CHECK(table.header_line == 2);
  CHECK(table.line == Lines{4, 8, 10, 12});
}

TEST_CASE("read_text_table: line ends of either system read the same", "[io][identity]") {
  const TextTable table = table_of("runs.csv", "a,b\r\n1,2\r\n\"3\",4\r\n");
  CHECK(table.rows == Rows{{"1", "2"}, {"3", "4"}});
  CHECK(table.line == Lines{2, 3});
}

TEST_CASE("read_text_table: the last line needs no line end", "[io][identity]") {
  CHECK(table_of("runs.csv", "a,b\n1,2\n3,").rows == Rows{{"1", "2"}, {"3", ""}});
  CHECK(table_of("runs.csv", "a,b\n1,\"2\"").rows == Rows{{"1", "2"}});
  CHECK(table_of("runs.jsonl", "{\"a\":1}\n{\"a\":2}").rows == Rows{{"1"}, {"2"}});
}

TEST_CASE("read_text_table: a byte-order mark is no part of the first name", "[io][identity]") {
  CHECK(table_of("runs.csv", "\xEF\xBB\xBFN,D\n1,2\n").header.front() == "N");
  CHECK(table_of("runs.jsonl", "\xEF\xBB\xBF{\"N\": 1}\n").header.front() == "N");
}

TEST_CASE("read_text_table: a missing file is refused", "[io][refusal]") {
  const ScratchFolder folder;
  CHECK(fault_at(folder, "none.csv") == "none.csv: there is no such file");
}

TEST_CASE("read_text_table: a directory is refused", "[io][refusal]") {
  const ScratchFolder folder;
  std::filesystem::create_directory(folder.path("runs.csv"));
  CHECK(fault_at(folder, "runs.csv") == "runs.csv: is a directory; name one file in it");
}

TEST_CASE("read_text_table: a file without permission is refused", "[io][refusal]") {
  if (geteuid() == 0) {
    WARN("the superuser may read every file: nothing to test");
    return;
  }
  const ScratchFolder folder;
  folder.write("runs.csv", "N\n1\n");
  std::filesystem::permissions(folder.path("runs.csv"), std::filesystem::perms::none);
  CHECK(fault_at(folder, "runs.csv") == "runs.csv: cannot be opened: Permission denied");
}

TEST_CASE("read_text_table: a file that fails while it is read is refused", "[io][refusal]") {
  const char* const kFailsAtItsFirstByte = "/proc/self/mem";
  if (!std::filesystem::exists(kFailsAtItsFirstByte)) {
    WARN("no file here fails on purpose: nothing to test");
    return;
  }
  const ScratchFolder folder;
  std::filesystem::create_symlink(kFailsAtItsFirstByte, folder.path("runs.csv"));
  CHECK(fault_at(folder, "runs.csv") == "runs.csv: cannot be read: Input/output error");
}

TEST_CASE("read_text_table: an extension may be in upper case", "[io][format]") {
  CHECK(table_of("RUNS.CSV", "a,b\n1,2\n").rows == Rows{{"1", "2"}});
  CHECK(table_of("runs.Tsv", "a\tb\n1\t2\n").rows == Rows{{"1", "2"}});
  CHECK(table_of("runs.JSONL", "{\"a\": 1}\n").rows == Rows{{"1"}});
}

TEST_CASE("read_text_table: what is no file is named before its extension", "[io][refusal]") {
  const ScratchFolder folder;
  std::filesystem::create_directory(folder.path("runs"));
  CHECK(fault_at(folder, "runs") == "runs: is a directory; name one file in it");
  CHECK(fault_at(folder, "none") == "none: there is no such file");
}

TEST_CASE("read_text_table: any other extension is refused", "[io][refusal]") {
  const std::string advice =
      "has no extension that says how to read it (.csv, .tsv, .json, .jsonl, .ndjson or .md, also "
      "with .gz); say format csv, tsv, json, jsonl or md";
  CHECK(table_fault("runs.txt", "N\n1\n") == "runs.txt: " + advice);
  CHECK(table_fault("runs", "N\n1\n") == "runs: " + advice);
}

TEST_CASE("read_text_table: an empty file is refused", "[io][refusal]") {
  const std::string csv_fault =
      "runs.csv: is empty; write a line of column names, then one line per run";
  CHECK(table_fault("runs.csv", "") == csv_fault);
  CHECK(table_fault("runs.csv", "\n \r\n") == csv_fault);
  CHECK(table_fault("runs.jsonl", "\n\n") ==
        "runs.jsonl: is empty; write one JSON object per line");
}

TEST_CASE("read_text_table: a header without rows is refused", "[io][refusal]") {
  CHECK(table_fault("runs.csv", "\nN,D\n\n") ==
        "runs.csv:2: there are column names but no rows; write one line per run below");
}

TEST_CASE("read_text_table: a row with too few fields is refused", "[io][refusal]") {
  CHECK(table_fault("runs.csv", "a,b,c,d,e\n1,2,3,4,5\n1,2,3,4\n") ==
        "runs.csv:3: has 4 fields, the header has 5; keep the separators around a missing value");
  CHECK(table_fault("runs.csv", "a,b\n1\n") ==
        "runs.csv:2: has 1 field, the header has 2; keep the separators around a missing value");
}

TEST_CASE("read_text_table: a row with too many fields is refused", "[io][refusal]") {
  CHECK(table_fault("runs.csv", "a,b\n1,\"2\n\"\n1,x,y\n") ==
        "runs.csv:4: has 3 fields, the header has 2; quote a field that holds a separator");
}

TEST_CASE("read_text_table: numbers split by thousands separators are told", "[io][refusal]") {
  CHECK(table_fault("runs.csv", "N,D,loss\n1,234,567,2e10,2.5\n") ==
        "runs.csv:2: has 5 fields, the header has 3; \"1,234,567\" looks like one number; write "
        "1234567 without separators");
  CHECK(table_fault("runs.csv", "loss,N\n2.5,12,345.5\n") ==
        "runs.csv:2: has 3 fields, the header has 2; \"12,345.5\" looks like one number; write "
        "12345.5 without separators");
}

TEST_CASE("read_text_table: numbers in place of column names are refused", "[io][refusal]") {
  CHECK(table_fault("runs.csv", "1e9,2e10,2.5\n2e9,4e10,2.4\n") ==
        "runs.csv:1: the first line holds numbers only; begin with a line of column names");
}

TEST_CASE("read_text_table: a quote that is never closed is refused", "[io][refusal]") {
  CHECK(table_fault("runs.csv", "a,b\n1,2\n3,\"4\n5,6\n7,8\n") ==
        "runs.csv:3: a quoted field of this record is never closed; add the missing \"");
}

TEST_CASE("read_text_table: a quote inside a field is refused", "[io][refusal]") {
  const std::string advice =
      "a quote stands inside a field; put the whole field in quotes and write \"\" for a quote "
      "in it";
  CHECK(table_fault("runs.csv", "a,b\n1,2\n3,4\"\n") == "runs.csv:3: " + advice);
  CHECK(table_fault("runs.csv", "a,b\n1,2\n3,\"4\"5\n") == "runs.csv:3: " + advice);
  CHECK(table_fault("runs.csv", "a,b\n1,\"2\n3,\"4\"\n") ==
        "runs.csv:3: " + advice +
            ", or close the quoted field of the record that begins on line 2");
}

TEST_CASE("read_text_table: a carriage return inside a line is refused", "[io][refusal]") {
  CHECK(table_fault("runs.csv", "a,b\n1,2\r3,4\n") ==
        "runs.csv:2: a carriage return stands inside the line; end lines with LF or CRLF");
}

TEST_CASE("read_text_table: a line that never ends is refused", "[io][refusal]") {
  const ScratchFolder folder;
  for (const std::string name : {"runs.csv", "runs.tsv", "runs.jsonl", "runs.md"}) {
    const std::string path = folder.write(name, std::string(std::size_t{65} << 20, 'a'));
    CHECK_THROWS_WITH(read_text_table(path),
                      Catch::Matchers::ContainsSubstring(name + ":1: is longer than 64 MiB"));
  }
}

TEST_CASE("read_text_table: a NUL byte is refused", "[io][refusal]") {
  using namespace std::string_view_literals;
  const std::string advice = "holds a NUL byte, so it is not text; save it as UTF-8 text";
  CHECK(table_fault("runs.csv", "a,b\n1,2\n3,\0\n"sv) == "runs.csv:3: " + advice);
  CHECK(table_fault("runs.jsonl", "{\"a\": 1}\n{\"a\": \0}\n"sv) == "runs.jsonl:2: " + advice);
}

}  // namespace
}  // namespace isoflop::testing::text_table_test
