// What is no formula, each with its explanation and the exact place of the caret.
#include <string>
#include <vector>

#include "catch.hpp"
#include "isoflop/formula/formula.hpp"

namespace isoflop::refusals_test {
namespace {

using Catch::Matchers::ContainsSubstring;
using Names = std::vector<std::string>;

struct Refusal {
  std::string explanation, drawing;
  std::size_t position;
};

Refusal refusal_of(const std::string& expression) {
  try {
    const Formula formula(expression, {"N", "D"}, {"E", "A", "alpha"});
  } catch (const FormulaError& fault) {
    const std::string text = fault.what();
    const std::size_t line = text.find('\n');
    CHECK(text.substr(0, line) == fault.explanation());
    return {fault.explanation(), text.substr(line + 1), fault.position()};
  }
  FAIL("accepted: " << expression);
  return {};
}

/// `marked` is the expression, then on the next line a caret under the fault.
void check_refused(const std::string& marked, const std::string& explanation) {
  CAPTURE(marked);
  const std::size_t line = marked.find('\n');
  const Refusal refusal = refusal_of(marked.substr(0, line));
  CHECK(refusal.explanation == explanation);
  CHECK(refusal.position == marked.size() - line - 2);
  CHECK(refusal.drawing == "  " + marked.substr(0, line) + "\n  " + marked.substr(line + 1));
}

TEST_CASE("Formula: a missing operand is refused where it should stand", "[formula][refusal]") {
  check_refused("\n^", "an operand is missing");
  check_refused("  \n  ^", "an operand is missing");
  check_refused("E + A*N^\n        ^", "an operand is missing");
  check_refused("E + * A\n    ^", "an operand is missing");
  check_refused("E + ()\n     ^", "an operand is missing");
  check_refused("E - \n    ^", "an operand is missing");
  check_refused("max(E, )\n       ^", "an operand is missing");
  check_refused("^2\n^", "an operand is missing");
  check_refused("exp()\n    ^", "an operand is missing");
}

TEST_CASE("Formula: a missing operator is refused where it should stand", "[formula][refusal]") {
  check_refused("2N\n ^", "an operator is missing, such as *");
  check_refused("E A\n  ^", "an operator is missing, such as *");
  check_refused("E(A)\n ^", "an operator is missing, such as *");
  check_refused("(E)(A)\n   ^", "an operator is missing, such as *");
  check_refused("(E 2)\n   ^", "an operator is missing, such as *");
  check_refused("N^2 .5\n    ^", "an operator is missing, such as *");
  check_refused("1e\n ^", "an operator is missing, such as *");
  check_refused("0x10\n ^", "an operator is missing, such as *");
}

TEST_CASE("Formula: parentheses that do not match are refused at the odd one",
          "[formula][refusal]") {
  check_refused("E + (A*N\n    ^", "this \"(\" is never closed");
  check_refused("E + exp(A\n       ^", "this \"(\" is never closed");
  check_refused("((E)\n^", "this \"(\" is never closed");
  check_refused("E)\n ^", "there is no \"(\" that this closes");
  check_refused("E, A\n ^", "a comma stands between the operands of min and max only");
  check_refused("(E, A)\n  ^", "a comma stands between the operands of min and max only");
}

TEST_CASE("Formula: unknown names are refused with those there are", "[formula][refusal]") {
  check_refused("E + Q*N\n    ^",
                "no variable or coefficient is named \"Q\"; there are: N D E A alpha");
  check_refused("E + sin(N)\n    ^",
                "no function is named \"sin\"; there are: exp log ln log2 log10 sqrt tanh abs min "
                "max");
  check_refused("n\n^", "no variable or coefficient is named \"n\"; there are: N D E A alpha");
  const std::string letters(5000, 'x');
  CHECK(refusal_of(letters).explanation == "no variable or coefficient is named \"" +
                                               letters.substr(0, 40) +
                                               "...\"; there are: N D E A alpha");
}

TEST_CASE("Formula: functions need their own number of operands", "[formula][refusal]") {
  check_refused("exp\n^", "exp is a function; its operand stands in parentheses");
  check_refused("E + log N\n    ^", "log is a function; its operand stands in parentheses");
  check_refused("max(E)\n     ^", "max takes two operands");
  check_refused("min(E, A, N)\n        ^", "min takes two operands");
  check_refused("exp(E, A)\n     ^", "a comma stands between the operands of min and max only");
}

TEST_CASE("Formula: numbers that no double holds are refused", "[formula][refusal]") {
  check_refused("E + 1e999\n    ^", "no double is this large or small");
  check_refused("E + 1e-999\n    ^", "no double is this large or small");
  check_refused("1.2.3\n^", "this is not a number");
  check_refused("E + .\n    ^", "this is not a number");
}

TEST_CASE("Formula: constant parts without a finite value are refused at their operator",
          "[formula][refusal]") {
  check_refused("E + 1/0\n     ^", "this gives no finite number");
  check_refused("E + log(-1)\n    ^", "this gives no finite number");
  check_refused("(-8)^(1/3)\n    ^", "this gives no finite number");
  check_refused("E + (-2)^alpha\n        ^", "this gives no finite number");
  check_refused("E + 10^400\n      ^", "this gives no finite number");
  check_refused("0^-1\n ^", "this gives no finite number");
}

TEST_CASE("Formula: characters without a meaning are refused by name", "[formula][refusal]") {
  check_refused("E % A\n  ^", "\"%\" has no meaning in a formula");
  check_refused("E = A\n  ^", "\"=\" has no meaning in a formula");
  check_refused("$E\n^", "\"$\" has no meaning in a formula");
  check_refused("N**alpha\n ^", "a power is written with ^");
  CHECK(refusal_of(std::string("E\0A", 3)).explanation ==
        "the byte 0x00 has no meaning in a formula");
  CHECK(refusal_of("E + \xff").explanation == "the byte 0xff has no meaning in a formula");
  CHECK(refusal_of("E + \xc2\x9b").explanation == "the byte 0xc2 has no meaning in a formula");
}

TEST_CASE("Formula: the caret counts characters and not bytes", "[formula][refusal]") {
  const Refusal greek = refusal_of("E + A*N^-\xce\xb1 + B");
  CHECK(greek.explanation == "\"\xce\xb1\" has no meaning in a formula");
  CHECK(greek.position == 9);
  CHECK(greek.drawing == "  E + A*N^-\xce\xb1 + B\n           ^");
  // An error behind it cannot be met, as that character is one itself: the minus sign of print.
  CHECK(refusal_of("E \xe2\x88\x92 A").drawing == "  E \xe2\x88\x92 A\n    ^");
  CHECK(refusal_of("E +\t\n\xff").drawing == "  E +  ?\n       ^");
}

TEST_CASE("Formula: of a long expression the part around the fault is shown",
          "[formula][refusal]") {
  std::string sum = "E";
  for (int i = 0; i < 200; ++i) sum += " + A";
  const Refusal middle = refusal_of(sum.substr(0, 401) + " ? " + sum);
  CHECK(middle.position == 402);
  const std::size_t line = middle.drawing.find('\n');
  CHECK(line == 2 + 3 + 72 + 3);
  CHECK(middle.drawing.substr(0, 5) == "  ...");
  CHECK(middle.drawing.substr(line - 3, 3) == "...");
  CHECK(middle.drawing[middle.drawing.size() - line - 1] != '?');
  CHECK(middle.drawing[middle.drawing.find('^') - line - 1] == '?');
  const Refusal start = refusal_of("? + " + sum);
  CHECK(start.drawing.substr(0, 8) == "  ? + E ");
  CHECK(start.drawing.substr(start.drawing.find('\n') + 1) == "  ^");
  const Refusal end = refusal_of(sum + " +");
  CHECK(end.drawing.find('^') - end.drawing.find('\n') - 1 == end.drawing.find('\n'));
}

TEST_CASE("Formula: what is too large is refused", "[formula][refusal]") {
  CHECK(refusal_of(std::string(10'001, ' ')).explanation == "longer than 10000 bytes");
  CHECK(refusal_of(std::string(100, '(')).explanation == "nested more than 64 deep");
  CHECK(refusal_of(std::string(9'999, '-')).explanation == "nested more than 64 deep");
  std::string powers = "E", sums = "E", variables = "E", waiting = "A";
  for (int i = 0; i < 1'000; ++i) powers += "^E", sums += "+E";
  for (int i = 0; i < 100; ++i) variables += "+(N+" + std::to_string(i) + ")";
  for (int i = 0; i < 30; ++i) waiting = "A*(E+" + waiting + ")";
  CHECK(refusal_of(powers).explanation == "nested more than 64 deep");
  CHECK(refusal_of(sums).explanation == "more than 1000 operations");
  CHECK(refusal_of(variables).explanation ==
        "the formula has more than 96 operations on variables alone");
  CHECK(refusal_of(waiting).explanation ==
        "the formula needs more than 24 intermediate results at once; write the longer operands "
        "first");
}

/// The refusal of names with an expression that would do for others.
std::string name_refusal(const Names& variables, const Names& coefficients) {
  try {
    const Formula formula("1", variables, coefficients);
  } catch (const InvalidArgument& fault) {
    return fault.what();
  }
  return "accepted";
}

TEST_CASE("Formula: names that no expression can use are refused", "[formula][refusal]") {
  CHECK(name_refusal({"N"}, {"a_1", "_b"}) == "accepted");
  CHECK(name_refusal({"N"}, {"N"}) == "\"N\" is both a variable and a coefficient");
  CHECK(name_refusal({"N", "N"}, {"a"}) == "the variable \"N\" is named twice");
  CHECK(name_refusal({"N"}, {"a", "a"}) == "the coefficient \"a\" is named twice");
  CHECK(name_refusal({"N"}, {"exp"}) ==
        "a coefficient cannot be named \"exp\", which is a function");
  const std::string rule =
      ": a name is a letter followed by letters, digits and \"_\", at most 40 of them";
  CHECK(name_refusal({"N"}, {"2a"}) == "a coefficient cannot be named \"2a\"" + rule);
  CHECK(name_refusal({"N"}, {""}) == "a coefficient cannot be named \"\"" + rule);
  CHECK(name_refusal({"a b"}, {"a"}) == "a variable cannot be named \"a b\"" + rule);
  CHECK(name_refusal({"N"}, {"a\n"}) == "a coefficient cannot be named like that" + rule);
  CHECK(name_refusal({"N"}, {std::string(41, 'a')}) ==
        "a coefficient cannot be named like that" + rule);
  Names many;
  for (int i = 0; i < 33; ++i) many.push_back("c" + std::to_string(i));
  CHECK(name_refusal({"N"}, many) == "a formula may have 32 coefficients, not 33");
}

TEST_CASE("Formula: a wrong number of values is refused", "[formula][refusal]") {
  const Formula formula("A*N", {"N"}, {"A"});
  CHECK_THROWS_WITH(formula(std::array{1.0, 2.0}, std::array{0.0}),
                    ContainsSubstring("1 coefficients and 1 variables, and was given 2 and 1"));
  CHECK_THROWS_AS(formula(std::array{1.0}, std::array{0.0, 0.0}), InvalidArgument);
}

}  // namespace
}  // namespace isoflop::refusals_test
