#include "isoflop/io/json_text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "isoflop/core/plain_line.hpp"

namespace isoflop {
namespace {

using Json = nlohmann::ordered_json;

/// On one line. Controls that are no ASCII, which JSON may hold as they are, are escaped: a
/// terminal obeys them.
std::string one_line(const Json& json) {
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (std::none_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; })) return text;
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t bytes = control_at(text, i);
    if (bytes < 2) {
      out += text[i++];
    } else {
      out += Json(text.substr(i, bytes)).dump(-1, ' ', true).substr(1, 6);
      i += bytes;
    }
  }
  return out;
}

void append(std::string& out, const Json& json, std::size_t indent) {
  const bool numbers =
      std::all_of(json.begin(), json.end(), [](const Json& x) { return x.is_number(); });
  if (!json.is_structured() || json.empty()) {
    out += one_line(json);
  } else if (json.is_array() && numbers) {
    for (std::size_t i = 0; i < json.size(); ++i) out += (i > 0 ? ", " : "[") + one_line(json[i]);
    out += "]";
  } else {
    const std::string line_end = "\n" + std::string(indent, ' ');
    char separator = json.is_object() ? '{' : '[';
    for (const auto& item : json.items()) {
      out += separator + line_end + "  ";
      if (json.is_object()) out += one_line(item.key()) + ": ";
      append(out, item.value(), indent + 2);
      separator = ',';
    }
    out += line_end + (json.is_object() ? '}' : ']');
  }
}

}  // namespace

std::string json_text(const nlohmann::ordered_json& json) {
  std::string out;
  append(out, json, 0);
  return out + "\n";
}

}  // namespace isoflop
