#include "apps/words/nearest.hpp"
#include "catch.hpp"

namespace isoflop::testing::nearest_test {
namespace {

const std::vector<std::string> kKnown{
    "--flops", "--gpus", "--gpu", "--gpu-hours", "--from", "--mfu", "--tokens-per-parameter"};

TEST_CASE("nearest: one letter more or less or another one or two swapped", "[cli][identity]") {
  for (const char* typed : {"--flop", "--floops", "--flaps", "--flosp"}) {
    CAPTURE(typed);
    CHECK(app::nearest(typed, kKnown) == "--flops");
  }
  CHECK(app::nearest("--form", kKnown) == "--from");
  CHECK(app::nearest("--gpuhours", kKnown) == "--gpu-hours");
}

TEST_CASE("nearest: a beginning that only one word has", "[cli][identity]") {
  CHECK(app::nearest("--tokens", kKnown) == "--tokens-per-parameter");
  CHECK(app::nearest("--gpu-", kKnown) == "--gpu-hours");
}

TEST_CASE("nearest: nothing is near a word of its own", "[cli][identity]") {
  CHECK(app::nearest("--bogus", kKnown).empty());
  CHECK(app::nearest("--", kKnown).empty());
  CHECK(app::nearest("--flops", {}).empty());
}

}  // namespace
}  // namespace isoflop::testing::nearest_test
