// The pictures of the documents are those that their commands make.
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::pictures_test {
namespace {

/// A text without its numbers, and the numbers.
struct Parts {
  std::string words;
  std::vector<double> numbers;
};

Parts parts_of(const std::string& text) {
  Parts out;
  for (const char* at = text.c_str(); *at != '\0';) {
    const bool begins = std::isdigit(static_cast<unsigned char>(*at)) != 0;
    char* end = nullptr;
    const double number = begins ? std::strtod(at, &end) : 0.0;
    if (begins) {
      out.numbers.push_back(number);
      out.words += '#';
      at = end;
    } else {
      out.words += *at++;
    }
  }
  return out;
}

TEST_CASE("README: the picture is what its command makes", "[cli][figure]") {
  const Workplace here;
  const Outcome fitted = here.isoflop(
      {"fit", "data/published/krajewski2024_grid_simulated.csv", "--law", "fine-grained-moe",
       "--column", "loss=loss_simulated", "--n-means", "total_non_embedding", "--expansion", "64",
       "-o", "law.json"});
  REQUIRE(fitted.exit_code == 0);
  const Outcome drawn =
      here.isoflop({"figure", "frontier", "law.json", "--flops", "1e21", "-o", "frontier.svg"});
  REQUIRE(drawn.exit_code == 0);
  const Parts now = parts_of(here.read("frontier.svg"));
  const Parts shown = parts_of(bytes_of(ISOFLOP_SOURCE_DIR "/docs/pictures/frontier.svg"));
  CHECK(now.words == shown.words);
  REQUIRE(now.numbers.size() == shown.numbers.size());
  for (std::size_t i = 0; i < now.numbers.size(); ++i) {
    // Half a pixel, or a part in a thousand of a value that is said: an interval's last digit may
    // follow the instruction set.
    CHECK(std::abs(now.numbers[i] - shown.numbers[i]) <=
          0.5 + 1e-3 * std::abs(shown.numbers[i]));
  }
}

}  // namespace
}  // namespace isoflop::testing::pictures_test
