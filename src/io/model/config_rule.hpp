// What the table of model types (data/models/model_types.json) says of one field: a rule that is
// applied to the keys of a configuration. A rule is one of
//   true, 128, null                   the value itself
//   "4 * n_embd"                      an expression of keys (key_expression.hpp); a key alone is
//                                     whatever the configuration holds under it
//   [rule, rule, ...]                 the first that applies; an expression applies where none of
//                                     its keys is missing or null
//   {"word": "silu"}                  a text
//   {"null": key, "then": rule}       where the key is there and null
//   {"has": key, "then": rule, "else": rule}   where the key is there and not null
//   {"when": key, "is": value, "then": rule, "else": rule}
//                                     a missing key is none of the values; "is" may be a list of
//                                     values; "equals" in its place is an expression
//   {"number_of": value, "in": key}   how often a list holds the value, or one of a list of values
//   {"first_blocks": key}             the length of a list of blocks that must be 0, 1, 2, ...
//   {"blocks_below": rule}            that list
// Private to src/io.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "config_fields.hpp"

namespace isoflop::detail {

enum class FieldKind {
  kCount,  ///< a whole number of at least 1
  kIndex,  ///< a whole number
  kFlag,
  kWord,  ///< a text in a rule is the word, not a key
  kAny    ///< whatever a key holds
};

/// Nothing where no rule applies. Throws DataError for what the keys hold; logic_error for a rule
/// that is none.
std::optional<nlohmann::ordered_json> apply_rule(const nlohmann::ordered_json& rule,
                                                 const ConfigFields& fields, FieldKind kind);

/// The same where a rule has to apply; a DataError names the key that is missing.
nlohmann::ordered_json require_rule(const nlohmann::ordered_json& rule, const ConfigFields& fields,
                                    FieldKind kind);

}  // namespace isoflop::detail
