#include <cmath>

#include "input.hpp"
#include "isoflop/io/number.hpp"
#include "targets.hpp"

namespace isoflop::fuzz {

void numbers(std::string_view input) {
  if (const std::optional<double> value = parse_number(input)) {
    require(std::isfinite(*value), "a number is finite");
    require(parse_number(format_number(*value)) == *value, "a number that is written reads back");
    require(!human_number(*value).empty(), "a number is shown");
  } else {
    require(!number_fault(input).empty(), "what is no number has a fault");
  }
  with_thousands_commas(input);
  refused([&] { parse_number_list({std::string(input)}); });
}

}  // namespace isoflop::fuzz
