// Whole numbers from the keys of a configuration: "hidden_size / num_attention_heads".
//   sum      = product (("+" | "-") product)*
//   product  = factor (("*" | "/" | "//") factor)*
//   factor   = number | key | "(" sum ")"
// "/" must come out whole and "//" is rounded down; a key is a word, with dots for an object inside
// an object. Private to src/io.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config_fields.hpp"

namespace isoflop::detail {

/// Every key of the expression, in its order.
std::vector<std::string> keys_of(std::string_view expression);

/// Whether it is a key and nothing else.
bool is_key(std::string_view expression);

/// The value, every key at least `low`. Throws DataError where a key is missing or no such number,
/// a division does not come out whole, or a difference is below zero; InvalidArgument for what does
/// not fit into 64 bits; logic_error for what is no expression, which is a fault of the table.
std::uint64_t value_of(std::string_view expression, const ConfigFields& fields, std::uint64_t low);

}  // namespace isoflop::detail
