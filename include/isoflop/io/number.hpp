/// Numbers as people and tables write them (1e21, 70B, 2.5T), read and written alike under every
/// locale.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isoflop {

/// The number that `text` spells, or nothing. Decimal or scientific notation, then at most one
/// suffix K = 1e3, M = 1e6, B = 1e9 or T = 1e12 in either case; blanks around it and a leading '+'
/// are allowed. The result is the double nearest to the decimal value, suffix included, and is
/// always finite: "inf", "nan" and what a double cannot hold give nothing. Also what people type
/// with one meaning: 2^33, 3*10^9, 100_000_000, 100 000 000, "2 billion", "350M params"
/// (docs/reference/tables.md). A comma is never read here: it has two meanings.
std::optional<double> parse_number(std::string_view text);

/// What is wrong with a text that parse_number refuses and what would be right: one clause without
/// a subject ("has a decimal comma; write 3.5"), to be put behind the quoted text.
/// Precondition: parse_number(text) gave nothing.
std::string number_fault(std::string_view text);

/// The first part of a list of numbers whose commas may as well stand between thousands: "1,000" of
/// "1e21,1,000", "1,234.5K"; "" where there is none.
std::string_view with_thousands_commas(std::string_view text);

/// All numbers in `words`, where a word may hold several, separated by commas or blanks; a comma
/// may also end one word and the next number begin another. No words give an empty list.
/// Throws InvalidArgument naming the bad number, or an empty place between, before or after commas.
std::vector<double> parse_number_list(const std::vector<std::string>& words);

/// The shortest text that parse_number reads back as the same double; not-finite values are written
/// as "inf", "-inf" and "nan", which it does not read.
std::string format_number(double value);

/// Rounded to four significant digits for people, not for files: 1.5K, 70B, 2.5T from 1e3 up to
/// 1e15, scientific (2.95e18) from there on and below 1e-4, plain in between.
std::string human_number(double value);

}  // namespace isoflop
