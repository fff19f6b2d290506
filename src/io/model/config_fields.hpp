// Fields of a JSON object by name, every fault naming the field. Private to src/io.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "isoflop/error.hpp"

namespace isoflop::detail {

class ConfigFields {
 public:
  ConfigFields(const nlohmann::ordered_json& json, const std::string& origin)
      : json_(json), origin_(origin) {}

  [[noreturn]] void fail(const std::string& what) const { throw DataError(origin_, what); }

  bool has(const std::string& key) const { return json_.contains(key); }

  /// A whole number >= low; missing or null is a fault.
  std::uint64_t count(const std::string& key, std::uint64_t low = 1) const {
    const auto value = optional_count(key, low);
    if (!value) fail("lacks \"" + key + "\"");
    return *value;
  }
  /// Nothing where the field is missing or null.
  std::optional<std::uint64_t> optional_count(const std::string& key, std::uint64_t low = 1) const {
    const nlohmann::ordered_json* value = member(key);
    if (value == nullptr) return std::nullopt;
    const bool negative = !value->is_number_unsigned() && value->is_number_integer() &&
                          value->get<std::int64_t>() < 0;
    if (!value->is_number_integer() || negative || value->get<std::uint64_t>() < low) {
      fail("\"" + key + "\" must be a whole number of at least " + std::to_string(low));
    }
    return value->get<std::uint64_t>();
  }
  bool flag(const std::string& key, bool otherwise) const {
    const nlohmann::ordered_json* value = member(key);
    if (value == nullptr) return otherwise;
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
  const nlohmann::ordered_json* member(const std::string& key) const {
    const auto it = json_.find(key);
    return it == json_.end() || it->is_null() ? nullptr : &*it;
  }

 private:
  const nlohmann::ordered_json& json_;
  const std::string& origin_;
};

}  // namespace isoflop::detail
