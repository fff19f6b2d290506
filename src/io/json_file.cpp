#include "json_file.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "isoflop/error.hpp"
#include "isoflop/io/whole_file.hpp"

namespace isoflop::detail {

std::string_view json_within(std::string_view text, const std::string& origin) {
  constexpr std::string_view kReport = "<!doctype html>", kEnd = "</script>",
                             kBegin = "<script type=\"application/json\" id=\"isoflop\">\n";
  if (!text.starts_with(kReport)) return text;
  const std::size_t begin = text.find(kBegin);
  const std::size_t end = begin == text.npos ? begin : text.find(kEnd, begin);
  if (end == text.npos) throw DataError(origin, "is no report of isoflop, or not all of one");
  return text.substr(begin + kBegin.size(), end - begin - kBegin.size());
}

nlohmann::ordered_json parse_json(std::string_view document, const std::string& origin) {
  const std::string_view text = json_within(document, origin);
  if (std::all_of(text.begin(), text.end(),
                  [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; })) {
    throw DataError(origin, "is empty; a JSON file was expected");
  }
  try {
    return nlohmann::ordered_json::parse(text);
  } catch (const nlohmann::json::parse_error& fault) {
    const std::size_t end = std::min(fault.byte, text.size());
    const auto lines =
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '\n');
    const bool cut = fault.byte >= text.size();
    throw DataError(origin, static_cast<std::size_t>(lines) + 1,
                    cut ? "the JSON ends too early; the file is incomplete" : "is not valid JSON");
  } catch (const nlohmann::json::out_of_range&) {
    throw DataError(origin, "holds a number that is too large for a double");
  }
}

nlohmann::ordered_json read_json_file(const std::string& path) {
  return parse_json(read_file(path), path);
}

}  // namespace isoflop::detail
