/// Numbers that people spell in more ways than a machine does: 2^33, 100_000_000, "350M params".
/// Private to src.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace isoflop {

/// Words that may stand behind a number and say nothing new. docs/reference/tables.md lists them.
inline constexpr std::array<std::string_view, 13> kUnitWords{
    "token",      "tokens", "tok",   "toks", "param", "params", "parameter",
    "parameters", "flop",   "flops", "nats", "nat",   "runs"};

bool is_unit_word(std::string_view text);

/// A power of ten as a word or letter: K, million, B, bn, 1e9, 10^9, and with FLOPs behind it also
/// G, P, E, Z (PFLOPs). 0 where the text is none.
double scale_of_word(std::string_view text);

/// Decimal or scientific notation with at most one suffix K, M, B or T: what parse_number takes
/// without a look at the rest.
std::optional<double> parse_plain(std::string_view text);

struct SpelledNumber {
  double value = 0.0;
  std::string how;         ///< what was done, as "powers", "unit words"
  bool has_scale = false;  ///< a suffix or word such as M or billion
};

/// Every spelling with one meaning: beside plain ones a power (2^33, 2**33, 3*10^9), thousands
/// separated by "_", blanks or "'", a scale as a word (2 billion), a unit word behind it.
std::optional<SpelledNumber> parse_spelled(std::string_view text);

/// Whether `text` opens with groups of digits such as 1,234,567: the first of one to three digits,
/// the others of exactly three, then anything but more digits (a fraction, an exponent, a suffix).
bool is_grouped(std::string_view text, char separator);

}  // namespace isoflop
