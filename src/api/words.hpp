// Words of people (70B, 1e21, loss=final_loss) as the values they spell: the one place where they
// are read. Every fault is an InvalidArgument that names the field.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isoflop/core/variable.hpp"

namespace isoflop::api {

/// A number as people type it (1e21, 70B).
double read_number(std::string_view field, const std::string& text);
/// The same, but it must be > 0.
double read_positive(std::string_view field, const std::string& text);
/// A share from 0 to 1: "0.2", or "20%".
double read_share(std::string_view field, const std::string& text);
/// A value of a variable, within its bounds.
double read_variable(const VariableInfo& about, const std::string& text);
/// A whole number >= low.
std::uint64_t read_count(std::string_view field, const std::string& text, std::uint64_t low);
/// A list of positive numbers, separated by blanks or commas.
std::vector<double> read_positive_list(std::string_view field,
                                       const std::vector<std::string>& words);
/// Words KEY=VALUE, several to a word if commas stand between them; a key may occur once.
std::vector<std::pair<std::string, std::string>> read_pairs(std::string_view field,
                                                            const std::vector<std::string>& words);

/// Throws what is wrong with one word of a field: `--field: "text" fault`.
[[noreturn]] void refuse_word(std::string_view field, std::string_view text,
                              const std::string& fault);

}  // namespace isoflop::api
