#include "isoflop/io/json_text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace isoflop {
namespace {

using Json = nlohmann::ordered_json;

std::string one_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
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
