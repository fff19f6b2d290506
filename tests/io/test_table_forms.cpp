// The forms in which people have a table: each gives the fields that the plainest form gives.
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "catch.hpp"
#include "gzip.hpp"
#include "read_text.hpp"

namespace isoflop::testing::table_forms_test {
namespace {

using Rows = TextRows;
using Names = std::vector<std::string>;
using Lines = std::vector<std::size_t>;

const Names kHeader{"N", "D", "loss"};
const Rows kRows{{"1e8", "2e9", "3.5"}, {"2e8", "2e9", "3.25"}};

void check_same(const TextTable& table) {
  CHECK(table.header == kHeader);
  CHECK(table.rows == kRows);
}

Names texts_of(const TextTable& table) {
  Names out;
  for (const ReadNote& note : table.notes) out.push_back(note.text);
  return out;
}

std::string as_utf16(std::string_view text, bool big_endian) {
  std::string out = big_endian ? "\xFE\xFF" : "\xFF\xFE";
  for (const char c : text) {
    if (big_endian) out += '\0';
    out += c;
    if (!big_endian) out += '\0';
  }
  return out;
}

TEST_CASE("read_text_table: the header tells the separator", "[io][format]") {
  for (const char separator : {';', '\t', '|', ','}) {
    std::string csv = "N,D,loss\n1e8,2e9,3.5\n2e8,2e9,3.25\n";
    std::replace(csv.begin(), csv.end(), ',', separator);
    for (const char* name : {"runs.csv", "runs.tsv"}) {
      const TextTable table = table_of(name, csv);
      check_same(table);
      CHECK(table.delimiter == separator);
    }
  }
  CHECK(texts_of(table_of("runs.csv", "N;D\n1;2\n")) == Names{"fields are separated by \";\""});
  CHECK(texts_of(table_of("runs.csv", "N,D\n1,2\n")).empty());
}

TEST_CASE("read_text_table: a name may hold more of another separator", "[io][identity]") {
  const TextTable table = table_of("runs.csv", "a;b;c,d\n1,2\n");
  CHECK(table.header == Names{"a;b;c", "d"});
}

TEST_CASE("read_text_table: comments before the header do not count", "[io][format]") {
  const TextTable table =
      table_of("runs.csv", "# exported\n\n#N, D\nN,D,loss\n1e8,2e9,3.5\n\n2e8,2e9,3.25\n");
  check_same(table);
  CHECK(table.header_line == 4);
  CHECK(table.line == Lines{5, 7});
  CHECK(texts_of(table) == Names{"comment lines before the header are left out (2)"});
}

TEST_CASE("read_text_table: a header that begins with # stays one", "[io][identity]") {
  CHECK(table_of("runs.csv", "#,N,D\n0,1,2\n").header == Names{"#", "N", "D"});
}

TEST_CASE("read_text_table: a first column without a name is an index", "[io][format]") {
  const TextTable table = table_of("runs.csv", ",N\n0,1\n");
  CHECK(table.header == Names{"Unnamed: 0", "N"});
  CHECK(texts_of(table) == Names{"the first column has no name; it is taken for an index"});
}

TEST_CASE("read_text_table: separators behind the last field do not count", "[io][format]") {
  check_same(table_of("runs.csv", "N,D,loss\n1e8,2e9,3.5,\n2e8,2e9,3.25, ,\n"));
  CHECK(table_of("runs.csv", "N,D,\n1,2,\n").rows == Rows{{"1", "2", ""}});
  CHECK(table_fault("runs.csv", "N,D\n1,2,x\n") ==
        "runs.csv:2: has 3 fields, the header has 2; quote a field that holds a separator");
}

TEST_CASE("read_text_table: lines that programs put before or beside the table", "[io][format]") {
  check_same(table_of("runs.csv", "sep=;\r\nN;D;loss\r\n1e8;2e9;3.5\r\n2e8;2e9;3.25\r\n"));
  // Row names: one name less than fields.
  const TextTable rows = table_of("runs.tsv", "N\tD\n1\t1e8\t2e9\n2\t2e8\t2e9\n");
  CHECK(rows.header == Names{"Unnamed: 0", "N", "D"});
  CHECK(rows.rows == Rows{{"1", "1e8", "2e9"}, {"2", "2e8", "2e9"}});
}

TEST_CASE("read_text_table: a JSON key that stands twice is refused in every form",
          "[io][refusal]") {
  for (const char* json :
       {R"([{"a": 1, "a": 2}])", R"({"a": [1], "a": [2]})", R"([{"a": {"b": 1}, "a.b": 2}])"}) {
    INFO(json);
    CHECK_THAT(table_fault("r.json", json),
               Catch::Matchers::ContainsSubstring("stands twice in one object"));
  }
}

TEST_CASE("read_text_table: UTF-16 with a byte-order mark is decoded", "[io][identity]") {
  const std::string csv = "N,D,loss\r\n1e8,2e9,3.5\r\n2e8,2e9,3.25\r\n";
  for (const bool big_endian : {false, true}) {
    const TextTable table = table_of("runs.csv", as_utf16(csv, big_endian));
    check_same(table);
    CHECK(texts_of(table) == Names{"decoded from UTF-16"});
  }
  using namespace std::string_view_literals;
  // A letter with an accent, and one beyond 16 bits.
  CHECK(table_of("runs.csv", "\xFF\xFE\xE9\0\n\0\x3D\xD8\x00\xDE\n\0"sv).rows ==
        Rows{{"\xF0\x9F\x98\x80"}});
  CHECK(table_fault("runs.csv", "\xFF\xFEN\0,"sv) ==
        "runs.csv: is UTF-16 that ends within a character");
}

TEST_CASE("read_text_table: gzip is unpacked whatever the format", "[io][identity]") {
  check_same(table_of("runs.csv.gz", as_gzip("N,D,loss\n1e8,2e9,3.5\n2e8,2e9,3.25\n")));
  const std::string lines =
      "{\"N\": \"1e8\", \"D\": \"2e9\", \"loss\": 3.5}\n"
      "{\"N\": \"2e8\", \"D\": \"2e9\", \"loss\": 3.25}\n";
  check_same(table_of("runs.JSONL.gz", as_gzip(lines)));
  const std::string whole = as_gzip("N,D,loss\n1e8,2e9,3.5\n");
  CHECK(table_fault("runs.csv.gz", whole.substr(0, whole.size() - 9)) ==
        "runs.csv.gz: is packed by gzip, and damaged or cut short");
}

TEST_CASE("read_text_table: every form of a JSON table gives the same rows", "[io][format]") {
  const std::string a = R"({"N": "1e8", "D": "2e9", "loss": 3.5})",
                    b = R"({"N": "2e8", "D": "2e9", "loss": 3.25})";
  check_same(table_of("r.json", "[" + a + ",\n" + b + "]"));
  check_same(table_of("r.json", R"({"N": ["1e8", "2e8"], "D": ["2e9", "2e9"],
                                    "loss": [3.5, 3.25], "title": "x"})"));
  check_same(table_of("r.json", R"({"N": {"0": "1e8", "1": "2e8"}, "D": {"0": "2e9", "1": "2e9"},
                                    "loss": {"0": 3.5, "1": 3.25}})"));
  check_same(table_of("r.json", R"({"N": {"a": "1e8", "b": "2e8"}, "D": {"a": "2e9", "b": "2e9"},
                                    "loss": {"a": 3.5, "b": 3.25}})"));
  check_same(table_of("r.json", "{\"0\": " + a + ", \"1\": " + b + "}"));
  check_same(table_of("r.json", "{\"run-a\": " + a + ", \"run-b\": " + b + "}"));
  check_same(table_of("r.json", R"({"columns": ["N", "D", "loss"], "index": [0, 1],
                                    "data": [["1e8", "2e9", 3.5], ["2e8", "2e9", 3.25]]})"));
  check_same(table_of("r.json", R"({"schema": {"fields": []}, "data": [)" + a + "," + b + "]}"));
}

TEST_CASE("read_text_table: keys of inner objects have dots in their names", "[io][format]") {
  const std::string row =
      R"({"config": {"n": 1, "opt": {"lr": 2}}, "tags": ["a", {"b": 3}], "loss": null})";
  const Names header{"config.n", "config.opt.lr", "tags", "loss"};
  for (const TextTable& table :
       {table_of("r.jsonl", row + "\n"), table_of("r.json", "[" + row + "]")}) {
    CHECK(table.header == header);
    CHECK(table.rows == Rows{{"1", "2", "[list]", ""}});
  }
}

TEST_CASE("read_text_table: what Python writes and JSON lacks is read", "[io][format]") {
  const std::string row =
      R"({"a": NaN, "b": -Infinity, "c": 1e999, "d": 2.5, "e": "NaN: 1", "": 1})";
  CHECK(table_of("r.jsonl", "{\"a\": 1}\n" + row + "\n").rows ==
        Rows{{"1"}, {"NaN", "-Infinity", "1e999", "2.5", "NaN: 1", "1"}});
  CHECK(table_of("r.json", "[" + row + "]").rows ==
        Rows{{"NaN", "-Infinity", "1e999", "2.5", "NaN: 1", "1"}});
}

TEST_CASE("read_text_table: what is no JSON table is refused with its forms", "[io][refusal]") {
  using Catch::Matchers::ContainsSubstring;
  CHECK_THAT(table_fault("r.json", "[1, 2]"), ContainsSubstring("an entry that is no object"));
  CHECK_THAT(table_fault("r.json", "{\"a\": [1], \"b\": [1, 2]}"),
             ContainsSubstring("columns of different lengths (\"b\")"));
  CHECK_THAT(table_fault("r.json", "7"), ContainsSubstring("holds no table"));
  CHECK_THAT(table_fault("r.json", "[]"), ContainsSubstring("holds no rows"));
  CHECK_THAT(table_fault("r.json", ""), ContainsSubstring("is empty"));
  CHECK(table_fault("r.json", "{\"a\": 1}\n{\"a\": 2}\n") ==
        "r.json:2: is not valid JSON; one object per line is JSON Lines: say format jsonl");
  CHECK(table_fault("r.json", "[{\"a\": 1},\n{\"a\": 2e") ==
        "r.json:2: is not valid JSON: it ends too early; the file may be incomplete");
}

TEST_CASE("read_text_table: the table of a Markdown text loses its ornaments", "[io][format]") {
  const TextTable table = table_of("runs.md",
                                   "# Runs\n\na | b\n\n"
                                   "| **N** | [D](http://x/y) | `loss` |\n"
                                   "|:---|---:|:-:|\n"
                                   "| 1e8 | *2e9* | ~~3.5~~ |\n"
                                   "| 2e8 | <b>2e9</b> | **[3.25](#z)** |\n"
                                   "\n| not | one |\n");
  check_same(table);
  CHECK(table.line == Lines{7, 8});
}

TEST_CASE("read_text_table: Markdown without one table is refused", "[io][refusal]") {
  CHECK_THAT(table_fault("runs.md", "| a | b |\n"),
             Catch::Matchers::StartsWith("runs.md: holds no table"));
  const std::string table = "|a|b|\n|-|-|\n|1|2|\n\n";
  CHECK(table_fault("runs.md", table + table) ==
        "runs.md: holds 2 tables, on lines 1, 5; keep one of them");
  CHECK(table_of("runs.md", table).rows == Rows{{"1", "2"}});
  CHECK(table_of("runs.md", "a|b\n-|-\n1|\\|\n").rows == Rows{{"1", "|"}});
}

TEST_CASE("read_text_table: a format can be said", "[io][format]") {
  const ScratchFolder folder;
  const std::string path = folder.write("runs", "N,D,loss\n1e8,2e9,3.5\n2e8,2e9,3.25\n");
  check_same(read_text_table(path, {.format = parse_table_format("csv"), .melt = ""}));
  CHECK_THROWS_AS(parse_table_format("xml"), InvalidArgument);
  CHECK_THROWS_AS(read_text_table("-"), InvalidArgument);
}

TEST_CASE("read_text_table: a pipe is read like a file", "[io][identity]") {
  const ScratchFolder folder;
  const std::string path = folder.path("runs.csv");
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  std::thread writer([&] { std::ofstream(path) << "N,D,loss\n1e8,2e9,3.5\n2e8,2e9,3.25\n"; });
  const TextTable table = read_text_table(path);
  writer.join();
  check_same(table);
}

TEST_CASE("read_text_table: what is not read here comes with a way that works", "[io][refusal]") {
  CHECK(table_fault("runs.parquet", "PAR1") ==
        "runs.parquet: is Parquet, which is not read here; export it as CSV (pandas: "
        "read_parquet(...).to_csv(\"runs.csv\", index=False))");
  CHECK_THAT(table_fault("runs.xlsx", "PK"), Catch::Matchers::ContainsSubstring("read_excel"));
}

}  // namespace
}  // namespace isoflop::testing::table_forms_test
