#include <string>

#include "catch.hpp"
#include "isoflop/core/plain_line.hpp"

namespace isoflop::testing::plain_line_test {
namespace {

TEST_CASE("control_at: of each kind the bytes that it has, and of its neighbours none",
          "[core][format]") {
  struct Known {
    const char* text;
    std::size_t bytes;
  };
  for (const auto& [text, bytes] : {
           Known{"\x1b[31m", 1},
           {"\x7f", 1},
           {" ", 0},
           {"~", 0},
           {"\xC2\x80", 2},
           {"\xC2\x9B", 2},
           {"\xC2\x9F", 2},
           {"\xC2\xA0", 0},
           {"\xD8\x9C", 2},
           {"\xD8\x9B", 0},
           {"\xE2\x80\x8E", 3},
           {"\xE2\x80\x8F", 3},
           {"\xE2\x80\x8D", 0},
           {"\xE2\x80\x90", 0},
           {"\xE2\x80\xA8", 3},
           {"\xE2\x80\xAE", 3},
           {"\xE2\x80\xA7", 0},
           {"\xE2\x80\xAF", 0},
           {"\xE2\x81\xA6", 3},
           {"\xE2\x81\xA9", 3},
           {"\xE2\x81\xA5", 0},
           {"\xE2\x81\xAA", 0},
           {"\xC3\xA9", 0},
           {"\xE2\x82\xAC", 0},
           {"\xC2", 0},
           {"\xE2\x80", 0},
       }) {
    CAPTURE(text);
    CHECK(control_at(text, 0) == bytes);
  }
  CHECK(control_at("a\xC2\x85", 1) == 2);
}

TEST_CASE("without_controls: one sign for each, but for those that are kept", "[core][format]") {
  CHECK(without_controls("a\xC2\x9B\x1b[2Kb\xE2\x80\xAE\n") == "a??[2Kb??");
  CHECK(without_controls("a\n\tb\x07", "\n\t") == "a\n\tb?");
  CHECK(without_controls("d\xC3\xA9j\xC3\xA0 vu \xE2\x82\xAC") ==
        "d\xC3\xA9j\xC3\xA0 vu \xE2\x82\xAC");
}

TEST_CASE("plain_line: what ends a line becomes one blank, other controls a sign",
          "[core][format]") {
  CHECK(plain_line("one\r\n  two\tthree") == "one two three");
  CHECK(plain_line("two  blanks stay") == "two  blanks stay");
  CHECK(plain_line("a\x1b[1mb\xE2\x80\xA8"
                   "c") == "a?[1mb?c");
  CHECK(plain_line("") == "");
  CHECK(plain_line("\n") == " ");
}

}  // namespace
}  // namespace isoflop::testing::plain_line_test
