// What a formula means: the grammar, and values against the standard library.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "catch.hpp"
#include "isoflop/formula/formula.hpp"

namespace isoflop::grammar_test {
namespace {

constexpr double kA = 1.7, kB = 0.6, kN = 3.5e9, kG = 12.0;

/// The value with a = 1.7 and b = 0.6 as coefficients and N = 3.5e9 and G = 12 as variables.
double value_of(const std::string& expression) {
  const Formula formula(expression, {"N", "G"}, {"a", "b"});
  return formula(std::array{kA, kB}, std::array{std::log(kN), std::log(kG)});
}

/// A formula goes through logarithms up to ln N = 22: a few dozen roundings of 1e-16.
Approx close(double value) { return Approx(value).epsilon(1e-14); }

TEST_CASE("Formula: numbers have a point or an exponent where they like", "[formula][identity]") {
  CHECK(value_of("3") == 3.0);
  CHECK(value_of(".5") == 0.5);
  CHECK(value_of("5.") == 5.0);
  CHECK(value_of("1e-3") == 1e-3);
  CHECK(value_of("2.5E+4") == 2.5e4);
}

TEST_CASE("Formula: products bind before sums and both go from left to right",
          "[formula][identity]") {
  CHECK(value_of("1 + 2*3") == 7.0);
  CHECK(value_of("(1 + 2)*3") == 9.0);
  CHECK(value_of("7 - 2 - 1") == 4.0);
  CHECK(value_of("8/4/2") == 1.0);
  CHECK(value_of("8/4*2") == 4.0);
  CHECK(value_of("a - b - 1") == close(kA - kB - 1));
  CHECK(value_of("a/b/2") == close(kA / kB / 2));
  CHECK(value_of("1 - a/b") == close(1 - kA / kB));
}

TEST_CASE("Formula: powers bind before signs and from right to left", "[formula][identity]") {
  CHECK(value_of("2^3^2") == 512.0);
  CHECK(value_of("(2^3)^2") == 64.0);
  CHECK(value_of("-2^2") == -4.0);
  CHECK(value_of("(-2)^2") == 4.0);
  CHECK(value_of("-a^2") == close(-kA * kA));
  CHECK(value_of("2^-1") == 0.5);
  CHECK(value_of("a^-b^2") == close(std::pow(kA, -kB * kB)));
  CHECK(value_of("-a^-b") == close(-std::pow(kA, -kB)));
  CHECK(value_of("2*-a") == close(-2 * kA));
  CHECK(value_of("a - -b") == close(kA + kB));
  CHECK(value_of("--a + +b") == close(kA + kB));
}

TEST_CASE("Formula: powers of a variable are those of the standard library",
          "[formula][identity]") {
  CHECK(value_of("N^-a") == close(std::pow(kN, -kA)));
  CHECK(value_of("a*N^-b") == close(kA * std::pow(kN, -kB)));
  CHECK(value_of("a/N^b") == close(kA / std::pow(kN, kB)));
  CHECK(value_of("(N/1e9)^-a") == close(std::pow(kN / 1e9, -kA)));
  CHECK(value_of("sqrt(6*N*G)^a") == close(std::pow(6 * kN * kG, kA / 2)));
  CHECK(value_of("(1/N)^b") == close(std::pow(kN, -kB)));
  CHECK(value_of("(1 + G)^b") == close(std::pow(1 + kG, kB)));
  CHECK(value_of("(a/N)^b") == close(std::pow(kA / kN, kB)));
  CHECK(value_of("2^a") == close(std::pow(2, kA)));
  CHECK(value_of("G^2 + (1 + G)^3") == close(144 + 13 * 13 * 13));
  CHECK(value_of("G^0.5") == close(std::sqrt(kG)));
}

TEST_CASE("Formula: whole constant powers take any base", "[formula][identity]") {
  CHECK(value_of("(b - a)^2") == close((kB - kA) * (kB - kA)));
  CHECK(value_of("(b - a)^-3") == close(std::pow(kB - kA, -3)));
  CHECK(value_of("(b - a)^1") == close(kB - kA));
  CHECK(value_of("(b - a)^-1") == close(1 / (kB - kA)));
  CHECK(value_of("(b - a)^0") == 1.0);
  CHECK(value_of("a^17") == close(std::pow(kA, 17)));
  CHECK(value_of("(a - a)^2") == 0.0);
}

TEST_CASE("Formula: any other power of what is not positive is NaN", "[formula][identity]") {
  CHECK(std::isnan(value_of("(b - a)^0.5")));
  CHECK(std::isnan(value_of("(b - a)^b")));
  CHECK(std::isnan(value_of("(a - a)^b")));
  CHECK(std::isnan(value_of("log(b - a)")));
  CHECK(std::isnan(value_of("log(a - a)")));
}

TEST_CASE("Formula: functions are those of the standard library", "[formula][identity]") {
  CHECK(value_of("exp(a)") == close(std::exp(kA)));
  CHECK(value_of("log(a)") == close(std::log(kA)));
  CHECK(value_of("ln(N)") == std::log(kN));
  CHECK(value_of("log2(a) + log2(G)") == close(std::log2(kA) + std::log2(kG)));
  CHECK(value_of("log10(a) + log10(N)") == close(std::log10(kA) + std::log10(kN)));
  CHECK(value_of("sqrt(a*b)") == close(std::sqrt(kA * kB)));
  CHECK(value_of("tanh(b)") == close(std::tanh(kB)));
  CHECK(value_of("abs(b - a) + abs(a)") == close(2 * kA - kB));
  CHECK(value_of("abs(a - a)") == 0.0);
  CHECK(value_of("min(a, b) + 10*max(a, b)") == close(kB + 10 * kA));
  CHECK(value_of("min(a, 1) + max(2, G)") == close(1 + kG));
  CHECK(value_of("max(exp(999*a), 1)") == std::numeric_limits<double>::infinity());
  CHECK(value_of("min(exp(999*a), 1)") == 1.0);
  CHECK(std::isnan(value_of("max(log(b - a), 1)")));
  CHECK(std::isnan(value_of("max(1, log(b - a))")));
}

TEST_CASE("Formula: blanks and line ends mean nothing", "[formula][identity]") {
  CHECK(value_of(" a\t+\n b*G\r\n ") == value_of("a+b*G"));
  CHECK(value_of("max ( a , b )") == kA);
}

TEST_CASE("Formula: names may look like exponents of numbers and like functions",
          "[formula][identity]") {
  const Formula formula("2*e1 + 1e1*e - exp_", {"N"}, {"e", "e1", "exp_"});
  CHECK(formula(std::array{3.0, 5.0, 7.0}, std::array{0.0}) == 33.0);
}

TEST_CASE("Formula: it knows which names its expression uses", "[formula][identity]") {
  const Formula formula("a + N", {"N", "G"}, {"a", "b"});
  CHECK(formula.uses_variable(0));
  CHECK_FALSE(formula.uses_variable(1));
  CHECK(formula.uses_coefficient(0));
  CHECK_FALSE(formula.uses_coefficient(1));
  CHECK(formula.expression() == "a + N");
}

TEST_CASE("Formula: wide and deep expressions inside the limits work", "[formula][identity]") {
  std::string sum = "a";
  for (int i = 0; i < 400; ++i) sum += " + b";
  CHECK(value_of(sum) == close(kA + 400 * kB));
  const std::string open(60, '('), closed(60, ')');
  CHECK(value_of(open + "a" + closed) == kA);
}

}  // namespace
}  // namespace isoflop::grammar_test
