// Texts that nobody meant as formulas.
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/formula/formula.hpp"

namespace isoflop::fuzz_test {
namespace {

struct Counts {
  int accepted = 0, refused = 0;
};

/// Parses the text, and evaluates it where it is a formula. Anything but a FormulaError with a
/// place inside the text fails the test.
void try_text(const std::string& text, Counts& counts) {
  try {
    const Formula formula(text, {"N", "D"}, {"E", "A", "alpha"});
    const auto y = formula(dual_parameters<2>(std::array{1.7, 400.0, 0.3}), std::array{20.0, 23.0});
    const double plain = formula(std::array{1.7, 400.0, 0.3}, std::array{20.0, 23.0});
    // The same steps: equal, or both without a value, or overflowed on one of two ways to divide.
    const bool same = std::abs(y.value - plain) <= 1e-9 * std::abs(plain) ||
                      !std::isfinite(y.value) || !std::isfinite(plain);
    if (!same) FAIL("two values of " << text << ": " << y.value << " and " << plain);
    ++counts.accepted;
  } catch (const FormulaError& fault) {
    if (fault.position() > text.size()) FAIL("a fault outside the text " << text);
    ++counts.refused;
  }
}

TEST_CASE("Formula: random bytes neither crash nor hang", "[formula][refusal]") {
  Random random(11);
  Counts counts;
  for (int i = 0; i < 20'000; ++i) {
    std::string text(random.below(60), '\0');
    for (char& c : text) c = static_cast<char>(random.below(256));
    try_text(text, counts);
  }
  CHECK(counts.refused > 19'000);
}

TEST_CASE("Formula: random tokens neither crash nor hang", "[formula][refusal]") {
  constexpr std::array<std::string_view, 24> kTokens{
      "N", "D", "E", "A",    "alpha", "+",    "-",    "*",    "/",    "^",   "(",     ")",
      ",", " ", "2", "1e-3", "exp(",  "log(", "max(", "min(", "abs(", "-1.", "sqrt(", "0"};
  Random random(12);
  Counts counts;
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::size_t n = random.below(12) + 1; n > 0; --n) text += kTokens[random.below(24)];
    try_text(text, counts);
  }
  CHECK(counts.accepted > 200);
}

TEST_CASE("Formula: damaged formulas neither crash nor hang", "[formula][refusal]") {
  const std::vector<std::string> formulas{
      "E + A*N^-alpha + 410*D^-0.28", "((A/N)^(alpha/E) + 1e13/D)^E",
      "max(E, 1e-3) + exp(-alpha*log(N) + min(A, 2)/D)", "-E^2 + tanh(sqrt(abs(N*D - A^3))/1e9)"};
  constexpr std::string_view kBytes = "NDEA()+-*/^,.0123456789e \t\n\xff_";
  Random random(13);
  Counts counts;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = formulas[random.below(formulas.size())];
    for (std::size_t n = random.below(4) + 1; n > 0 && !text.empty(); --n) {
      const std::size_t at = random.below(text.size());
      const char byte = kBytes[random.below(kBytes.size())];
      switch (random.below(4)) {
        case 0:
          text[at] = byte;
          break;
        case 1:
          text.erase(at, 1 + random.below(5));
          break;
        case 2:
          text.insert(at, 1, byte);
          break;
        default:
          text.insert(at, text.substr(random.below(text.size()), random.below(20)));
      }
    }
    try_text(text, counts);
  }
  CHECK(counts.accepted > 1'000);
  CHECK(counts.refused > 1'000);
}

}  // namespace
}  // namespace isoflop::fuzz_test
