#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "isoflop/io/text_rows.hpp"

namespace isoflop::testing::text_rows_test {
namespace {

using Fields = std::vector<std::string>;

Fields fields_of(const TextRows::Row& row) {
  Fields out;
  for (const std::string_view field : row) out.emplace_back(field);
  return out;
}

TEST_CASE("TextRows: every row is as wide as the widest", "[io][identity]") {
  TextRows rows;
  rows.add(Fields{"a", ""});
  rows.add(Fields{});
  rows.add(Fields{"", "b", ""});
  REQUIRE(rows.size() == 3);
  CHECK(fields_of(rows[0]) == Fields{"a", "", ""});
  CHECK(fields_of(rows[1]) == Fields{"", "", ""});
  CHECK(fields_of(rows[2]) == Fields{"", "b", ""});
  CHECK(rows == TextRows{{"a"}, {}, {"", "b", ""}});
  CHECK(!(rows == TextRows{{"a"}, {}, {"", "c", ""}}));
  CHECK(!(rows == TextRows{{"a"}, {}}));
}

TEST_CASE("TextRows: rows of many megabytes stand as they were given, also in a copy",
          "[io][identity]") {
  TextRows rows;
  const std::string large(3 << 20, 'x');
  const auto row_of = [&](std::size_t i) {
    if (i == 20'000) return Fields{large, "", large + "y"};
    return Fields{std::to_string(i), std::string(i % 200, 'a'), std::string("\0b", 2)};
  };
  for (std::size_t i = 0; i < 40'000; ++i) rows.add(row_of(i));
  TextRows copy = rows;
  rows = {{"another"}};
  copy.add(Fields{"last"});
  std::size_t num_same = 0;
  for (std::size_t i = 0; i < 40'000; ++i) num_same += fields_of(copy[i]) == row_of(i);
  CHECK(num_same == 40'000);
  CHECK(fields_of(copy[40'000]) == Fields{"last", "", ""});
}

}  // namespace
}  // namespace isoflop::testing::text_rows_test
