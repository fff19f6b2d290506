// Fields of a JSON object by name, every fault naming the field. Numbers may be written as 32000.0
// or "32000" and flags as "true", as tools that pass a configuration on write them. Private to
// src/io.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "isoflop/error.hpp"

namespace isoflop::detail {

class ConfigFields {
 public:
  /// `advice` ends the text of every fault.
  ConfigFields(const nlohmann::ordered_json& json, const std::string& origin,
               std::string advice = "")
      : json_(json), origin_(origin), advice_(std::move(advice)) {}
  ConfigFields(const ConfigFields&) = delete;
  ConfigFields& operator=(const ConfigFields&) = delete;
  virtual ~ConfigFields() = default;

  [[noreturn]] void fail(const std::string& what) const {
    throw DataError(origin_, what + advice_);
  }

  bool has(const std::string& key) const { return json_.contains(key); }

  /// A whole number >= low; missing or null is a fault.
  std::uint64_t count(const std::string& key, std::uint64_t low = 1) const {
    const auto value = optional_count(key, low);
    if (!value) fail("lacks \"" + key + "\"");
    return *value;
  }
  /// Nothing where the field is missing or null. A list of one number for each block is that number
  /// where all agree.
  std::optional<std::uint64_t> optional_count(const std::string& key, std::uint64_t low = 1) const {
    const nlohmann::ordered_json* value = member(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_array() && !value->empty()) {
      for (const auto& other : *value) {
        if (other != value->front()) fail("\"" + key + "\" differs from block to block");
      }
      value = &value->front();
    }
    const auto number = whole_number(*value);
    if (!number || *number < low) {
      fail("\"" + key + "\" must be a whole number of at least " + std::to_string(low));
    }
    return number;
  }
  bool flag(const std::string& key, bool otherwise) const {
    const nlohmann::ordered_json* value = member(key);
    if (value == nullptr) return otherwise;
    if (*value == "true" || *value == "True") return true;
    if (*value == "false" || *value == "False") return false;
    if (!value->is_boolean()) fail("\"" + key + "\" must be true or false");
    return value->get<bool>();
  }
  std::string text(const std::string& key) const {
    const nlohmann::ordered_json* value = member(key);
    if (value == nullptr) fail("lacks \"" + key + "\"");
    if (!value->is_string()) fail("\"" + key + "\" must be a text");
    return value->get<std::string>();
  }
  /// Null where the field is missing or null.
  virtual const nlohmann::ordered_json* member(const std::string& key) const {
    const auto it = json_.find(key);
    return it == json_.end() || it->is_null() ? nullptr : &*it;
  }
  const nlohmann::ordered_json& json() const { return json_; }
  const std::string& origin() const { return origin_; }

 private:
  static std::optional<std::uint64_t> whole_number(const nlohmann::ordered_json& value) {
    if (value.is_number_unsigned()) return value.get<std::uint64_t>();
    if (value.is_number_integer()) {
      const auto number = value.get<std::int64_t>();
      return number < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(number));
    }
    if (value.is_number_float()) return whole_number(value.get<double>());
    if (!value.is_string()) return std::nullopt;
    const auto& text = value.get_ref<const std::string&>();
    if (text.find_first_not_of("0123456789+-.eE") != std::string::npos) return std::nullopt;
    const auto parsed = nlohmann::ordered_json::parse(text, nullptr, false);
    return parsed.is_number() ? whole_number(parsed) : std::nullopt;
  }
  static std::optional<std::uint64_t> whole_number(double x) {
    constexpr double kMost = 9007199254740992.0;  // 2^53: up to here every whole number is a double
    if (!(x >= 0.0 && x <= kMost)) return std::nullopt;
    const auto whole = static_cast<std::uint64_t>(x);
    return static_cast<double>(whole) == x ? std::optional(whole) : std::nullopt;
  }

  const nlohmann::ordered_json& json_;
  const std::string& origin_;
  std::string advice_;
};

}  // namespace isoflop::detail
