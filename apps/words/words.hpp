// Words of a command line as the values they spell. Every fault is a UsageError.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/words/form.hpp"
#include "isoflop/core/variable.hpp"

namespace isoflop::app {

/// A number as people type it (1e21, 70B); `flag` is named in the fault.
double number_argument(std::string_view flag, const std::string& text);
/// The same, but it must be > 0.
double positive_argument(std::string_view flag, const std::string& text);
/// A value of a variable, within its bounds.
double variable_argument(const VariableInfo& about, const std::string& text);
/// A whole number >= low.
unsigned long long count_argument(std::string_view flag, const std::string& text,
                                  unsigned long long low);
/// A list of positive numbers, separated by blanks or commas.
std::vector<double> positive_list_argument(std::string_view flag,
                                           const std::vector<std::string>& words);
/// Takes the last word back from a list that a positional argument was typed behind, if that
/// argument is still empty and the word cannot belong to the list: `plan --flops 1e21 LAW`.
void reclaim_positional(std::string& positional, std::vector<std::string>& words,
                        bool (*belongs)(const std::string&));

/// Words KEY=VALUE, several to a word if commas stand between them; a key may occur once.
std::vector<std::pair<std::string, std::string>> pair_arguments(
    std::string_view flag, const std::vector<std::string>& words);

}  // namespace isoflop::app
