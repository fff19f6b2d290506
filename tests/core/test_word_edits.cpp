#include <string>

#include "catch.hpp"
#include "isoflop/core/word_edits.hpp"

namespace isoflop {
namespace {

TEST_CASE("num_word_edits: a letter more, less, changed or swapped is one", "[core]") {
  CHECK(num_word_edits("", "") == 0);
  CHECK(num_word_edits("tokens", "tokens") == 0);
  CHECK(num_word_edits("token", "tokens") == 1);
  CHECK(num_word_edits("tokens", "okens") == 1);
  CHECK(num_word_edits("tokens", "tokems") == 1);
  CHECK(num_word_edits("tokens", "tokesn") == 1);
  CHECK(num_word_edits("N", "n") == 1);
  CHECK(num_word_edits("", "loss") == 4);
  CHECK(num_word_edits("kitten", "sitting") == 3);
  CHECK(num_word_edits("ca", "abc") == 3);  // what was swapped is not parted again
}

TEST_CASE("num_word_edits: a word of a megabyte takes the room of the shorter one", "[core]") {
  const std::string long_word(1'000'000, 'a');
  CHECK(num_word_edits(long_word, "params") == 999'998);
  CHECK(num_word_edits("params", long_word) == 999'998);
}

}  // namespace
}  // namespace isoflop
