#include <clocale>
#include <cmath>
#include <limits>
#include <random>

#include "catch.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::number_test {
namespace {

using Catch::Matchers::ContainsSubstring;

/// The fault of a text that has to be refused.
std::string fault_of(const std::string& text) {
  INFO(text);
  REQUIRE_FALSE(parse_number(text).has_value());
  return number_fault(text);
}

TEST_CASE("parse_number: plain and decimal and scientific texts are read", "[io][format]") {
  CHECK(parse_number("42") == 42.0);
  CHECK(parse_number("-0.25") == -0.25);
  CHECK(parse_number(".5") == 0.5);
  CHECK(parse_number("5.") == 5.0);
  CHECK(parse_number("1e21") == 1e21);
  CHECK(parse_number("9.5E-3") == 9.5e-3);
  CHECK(parse_number("1e+3") == 1000.0);
}

TEST_CASE("parse_number: suffixes multiply in either case", "[io][format]") {
  CHECK(parse_number("300K") == 3e5);
  CHECK(parse_number("300k") == 3e5);
  CHECK(parse_number("400M") == 4e8);
  CHECK(parse_number("400m") == 4e8);
  CHECK(parse_number("70B") == 7e10);
  CHECK(parse_number("70b") == 7e10);
  CHECK(parse_number("2.5T") == 2.5e12);
  CHECK(parse_number("2.5t") == 2.5e12);
}

TEST_CASE("parse_number: a suffix may follow an exponent", "[io][format]") {
  CHECK(parse_number("1.5e3M") == 1.5e9);
  CHECK(parse_number("5e+1B") == 5e10);
  CHECK(parse_number("123.456e-2M") == 1234560.0);
}

TEST_CASE("parse_number: a suffixed number is the nearest double", "[io][identity]") {
  CHECK(parse_number("0.1B") == 1e8);
  // A product with the suffix would be off in the last bit in each of these.
  CHECK(parse_number("1.001M") == 1001000.0);
  CHECK(parse_number("0.067B") == 6.7e7);
  CHECK(parse_number("4.35T") == 4.35e12);
}

TEST_CASE("parse_number: blanks around the number and a plus sign do not count", "[io][format]") {
  CHECK(parse_number(" \t7e9 ") == 7e9);
  CHECK(parse_number("+5") == 5.0);
  CHECK(parse_number(" +1.5k\t") == 1500.0);
}

TEST_CASE("parse_number: the whole text has to be the number", "[io][refusal]") {
  for (const char* text : {"1e9x", "7BB", "1.2.3", "1e", "1e9e3", "0x10", "+-5", "--5", "5-", "B",
                           "eB", "1eB", ".B", ".", "-", "+", "e5", "30dqfk4p"}) {
    CHECK(fault_of(text) == "is not a number (such as 1e21, 70B, 2.5T)");
  }
}

TEST_CASE("parse_number: infinity and not-a-number are refused as not finite", "[io][refusal]") {
  for (const char* text : {"inf", "-inf", "Infinity", "nan", "NaN", "-nan"}) {
    CHECK_THAT(fault_of(text), ContainsSubstring("is not finite"));
  }
}

TEST_CASE("parse_number: what a double cannot hold is refused as such", "[io][refusal]") {
  for (const char* text :
       {"1e400", "-1e400", "1e-400", "1e300T", "1e999999999999", "1e-9999999B", "5e99999999999B"}) {
    CHECK_THAT(fault_of(text), ContainsSubstring("is beyond what a double holds"));
  }
}

TEST_CASE("parse_number: the locale of the process does not matter", "[io][identity]") {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  // Without a locale that has a decimal comma this only repeats the plain case.
  for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"}) {
    if (std::setlocale(LC_ALL, name) != nullptr) break;
  }
  CHECK(parse_number("2.5T") == 2.5e12);
  CHECK(format_number(2.5) == "2.5");
  std::setlocale(LC_ALL, before.c_str());
}

TEST_CASE("number_fault: an empty text is called empty", "[io][refusal]") {
  CHECK_THAT(fault_of(""), ContainsSubstring("is empty; write a number"));
  CHECK_THAT(fault_of("  "), ContainsSubstring("is empty; write a number"));
}

TEST_CASE("number_fault: thousands separators come with the number to write", "[io][refusal]") {
  CHECK(fault_of("1,234,567") == "has thousands separators; write 1234567 without separators");
  CHECK(fault_of("-1,234.5M") == "has thousands separators; write -1234.5M without separators");
}

TEST_CASE("number_fault: a decimal comma comes with the number to write", "[io][refusal]") {
  CHECK(fault_of("3,5") == "has a decimal comma; write 3.5");
  CHECK(fault_of("0,125") == "has a decimal comma; write 0.125");
  CHECK(fault_of("2,5T") == "has a decimal comma; write 2.5T");
}

TEST_CASE("number_fault: a comma that could mean either names both readings", "[io][refusal]") {
  CHECK(fault_of("2,345") == "has a comma; write 2345 or 2.345");
}

TEST_CASE("number_fault: groups that are no thousands are just no number", "[io][refusal]") {
  CHECK(fault_of("1,23,456") == "is not a number (such as 1e21, 70B, 2.5T)");
  CHECK(fault_of("12 34") == "is not a number (such as 1e21, 70B, 2.5T)");
}

TEST_CASE("parse_number_list: commas and blanks and words separate numbers", "[io][format]") {
  CHECK(parse_number_list({"1e9,2B", "3e9 4e9", "5e9 , 6e9"}) ==
        std::vector<double>{1e9, 2e9, 3e9, 4e9, 5e9, 6e9});
  CHECK(parse_number_list({"1e9,", "2e9"}) == std::vector<double>{1e9, 2e9});
}

TEST_CASE("parse_number_list: no words give no numbers", "[io][format]") {
  CHECK(parse_number_list({}).empty());
}

TEST_CASE("parse_number_list: the bad number is named", "[io][refusal]") {
  CHECK_THROWS_AS(parse_number_list({"1e9", "2e9,seven"}), InvalidArgument);
  CHECK_THROWS_WITH(parse_number_list({"1e9", "2e9,seven"}),
                    "\"seven\" is not a number (such as 1e21, 70B, 2.5T)");
}

TEST_CASE("parse_number_list: an empty place in the list is refused", "[io][refusal]") {
  for (const char* word : {"1e9,,2e9", "1e9, ,2e9", ",1e9", "1e9,", ",", "", " "}) {
    INFO(word);
    CHECK_THROWS_AS(parse_number_list({word}), InvalidArgument);
    CHECK_THROWS_WITH(parse_number_list({word}),
                      ContainsSubstring("has an empty place") &&
                          ContainsSubstring("\"" + std::string(word) + "\"") &&
                          ContainsSubstring("such as 70B,1e12"));
  }
  CHECK_THROWS_AS(parse_number_list({"1e9", "", "2e9"}), InvalidArgument);
}

TEST_CASE("format_number: the text reads back as the same double", "[io][identity]") {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> exponent(-300, 300);
  for (int i = 0; i < 2000; ++i) {
    const double value = std::pow(10.0, exponent(random)) * (i % 2 == 0 ? 1 : -1);
    REQUIRE(parse_number(format_number(value)) == value);
  }
}

TEST_CASE("format_number: the text is the shortest", "[io][format]") {
  CHECK(format_number(0.1) == "0.1");
  CHECK(format_number(1234560) == "1234560");
  CHECK(format_number(1e21) == "1e+21");
  CHECK(format_number(0.1 + 0.2) == "0.30000000000000004");
}

TEST_CASE("human_number: suffixes serve from a thousand to a thousand trillion", "[io][format]") {
  CHECK(human_number(1000) == "1K");
  CHECK(human_number(1234567) == "1.235M");
  CHECK(human_number(7e10) == "70B");
  CHECK(human_number(-2.5e12) == "-2.5T");
  CHECK(human_number(123456) == "123.5K");
  CHECK(human_number(9.994e14) == "999.4T");
}

TEST_CASE("human_number: large and tiny values are scientific", "[io][format]") {
  CHECK(human_number(1e15) == "1e15");
  CHECK(human_number(2.95e18) == "2.95e18");
  CHECK(human_number(1.23456e-7) == "1.235e-7");
}

TEST_CASE("human_number: values below a thousand are plain", "[io][format]") {
  CHECK(human_number(0) == "0");
  CHECK(human_number(42) == "42");
  CHECK(human_number(2.34567) == "2.346");
  CHECK(human_number(0.05) == "0.05");
  CHECK(human_number(120.25) == "120.2");
}

TEST_CASE("human_number: rounding up moves to the next suffix", "[io][format]") {
  CHECK(human_number(999.96) == "1K");
  CHECK(human_number(999949) == "999.9K");
  CHECK(human_number(999999) == "1M");
  CHECK(human_number(9.9999e14) == "1e15");
}

TEST_CASE("human_number: values that are not finite are named", "[io][format]") {
  CHECK(human_number(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(human_number(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(human_number(std::numeric_limits<double>::quiet_NaN()) == "nan");
}

TEST_CASE("with_thousands_commas: finds what may be one number or several", "[io][format]") {
  CHECK(with_thousands_commas("1,000") == "1,000");
  CHECK(with_thousands_commas("-12,345,678.9e3") == "-12,345,678.9e3");
  CHECK(with_thousands_commas("1,234.5K") == "1,234.5K");
  CHECK(with_thousands_commas("1e21,1,000,000") == "1,000,000");
  CHECK(with_thousands_commas("100,200,2e21") == "100,200");
  CHECK(with_thousands_commas("1e20 1,000") == "1,000");
}

TEST_CASE("with_thousands_commas: passes over what can only be a list", "[io][format]") {
  for (const char* text : {"", "1000", "1e20,1e21", "1,2,4,8", "1000,200", "1,0000", "1,00",
                           "0,500", "1, 000", "70B,100B", "8,16,32,"}) {
    CAPTURE(text);
    CHECK(with_thousands_commas(text).empty());
  }
}

}  // namespace
}  // namespace isoflop::number_test
