#include "json_file.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <vector>

#include "in_quotes.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/json_text.hpp"
#include "isoflop/io/whole_file.hpp"

namespace isoflop::detail {

namespace {

/// A key that an object has twice, as it is written there: a parser would take the last one.
std::optional<std::string_view> repeated_key(std::string_view text) {
  std::vector<std::unordered_set<std::string_view>> keys;  // of the objects and arrays around
  std::string_view last;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      const std::size_t begin = ++i;
      while (i < text.size() && text[i] != '"') i += text[i] == '\\' ? 2 : 1;
      last = text.substr(begin, std::min(i, text.size()) - begin);
    } else if (c == '{' || c == '[') {
      keys.emplace_back();
    } else if (c == '}' || c == ']') {
      if (!keys.empty()) keys.pop_back();
    } else if (c == ':' && !keys.empty() && !keys.back().insert(last).second) {
      return last;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view json_within(std::string_view text, const std::string& origin) {
  constexpr std::string_view kReport = "<!doctype html>", kEnd = "</script>",
                             kBegin = "<script type=\"application/json\" id=\"isoflop\">\n";
  if (!text.starts_with(kReport)) return text;
  const std::size_t begin = text.find(kBegin);
  const std::size_t end = begin == text.npos ? begin : text.find(kEnd, begin);
  if (end == text.npos) throw DataError(origin, "is no report of isoflop, or not all of one");
  return text.substr(begin + kBegin.size(), end - begin - kBegin.size());
}

std::string printed_json_within(std::string_view text, const std::string& origin) {
  if (json_within(text, origin).size() == text.size()) return std::string(text);
  return json_text(parse_json(text, origin));
}

std::optional<std::string> json_excess(std::string_view text, std::size_t most_keys) {
  constexpr std::size_t kDeepest = 100;
  std::vector<std::size_t> keys;  // of the objects around, colons in arrays among them
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text) {
      if (c == '\\') ++i;
      in_text = c != '"';
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      keys.push_back(0);
      if (keys.size() > kDeepest) {
        return "nests brackets more than " + std::to_string(kDeepest) + " deep";
      }
    } else if (c == '}' || c == ']') {
      if (!keys.empty()) keys.pop_back();
    } else if (c == ':' && !keys.empty() && ++keys.back() > most_keys && most_keys > 0) {
      return "has an object of more than " + std::to_string(most_keys) + " keys";
    }
  }
  return std::nullopt;
}

nlohmann::ordered_json parse_json(std::string_view document, const std::string& origin) {
  const std::string_view text = json_within(document, origin);
  if (std::all_of(text.begin(), text.end(),
                  [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; })) {
    throw DataError(origin, "is empty; a JSON file was expected");
  }
  constexpr std::size_t kMostKeys = 10'000;
  if (const auto excess = json_excess(text, kMostKeys)) throw DataError(origin, *excess);
  try {
    nlohmann::ordered_json out = nlohmann::ordered_json::parse(text);
    if (const auto key = repeated_key(text)) {
      throw DataError(origin, "the key " + in_quotes(*key) + " stands twice in one object");
    }
    return out;
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

std::optional<std::string> unknown_member(const nlohmann::ordered_json& object,
                                          const std::string& what,
                                          std::span<const std::string_view> known) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string names;
    for (const std::string_view name : known) names += " " + std::string(name);
    return what + " has no member " + in_quotes(key) + "; it may have:" + names;
  }
  return std::nullopt;
}

nlohmann::ordered_json read_json_file(const std::string& path) {
  return parse_json(read_file(path), path);
}

}  // namespace isoflop::detail
