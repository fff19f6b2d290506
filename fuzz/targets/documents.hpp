/// What the targets of JSON documents have in common.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "input.hpp"
#include "io/json_file.hpp"
#include "isoflop/io/json_text.hpp"

namespace isoflop::fuzz {

using Json = nlohmann::ordered_json;

inline Json parsed(std::string_view input) { return detail::parse_json(input, "input"); }

/// What is read, written and read again is written to the same bytes. `to_json` may refuse nothing
/// that `from_json` took.
template <class From, class To>
auto round_trip(std::string_view input, const From& from_json, const To& to_json) {
  const auto read = from_json(parsed(input), "input");
  const std::string text = json_text(to_json(read));
  std::string again;
  require(!refused([&] { again = json_text(to_json(from_json(Json::parse(text), "again"))); }),
          "what was written is read");
  require(again == text, "what was read again is the same");
  return read;
}

}  // namespace isoflop::fuzz
