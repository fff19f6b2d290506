#include "config_rule.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "key_expression.hpp"

namespace isoflop::detail {
namespace {

using Json = nlohmann::ordered_json;
using Value = std::optional<Json>;

std::string text_of(const Json& rule, const char* name) { return rule.at(name).get<std::string>(); }

bool is_one_of(const Json& value, const Json& values) {
  if (!values.is_array()) return value == values;
  return std::find(values.begin(), values.end(), value) != values.end();
}

Value of_expression(const std::string& expression, const ConfigFields& fields, FieldKind kind) {
  if (kind == FieldKind::kWord) return Json(expression);
  for (const std::string& key : keys_of(expression)) {
    if (fields.member(key) == nullptr) return std::nullopt;
  }
  if (is_key(expression)) {
    if (kind == FieldKind::kFlag) return Json(fields.flag(expression, false));
    if (kind == FieldKind::kAny) return *fields.member(expression);
  }
  // A divisor or a part of a sum may be what the value itself may not.
  const bool from_one = kind == FieldKind::kCount && is_key(expression);
  return Json(value_of(expression, fields, from_one ? 1 : 0));
}

Value of_condition(const Json& rule, const ConfigFields& fields, FieldKind kind) {
  const std::string key = text_of(rule, "when");
  const Json* value = fields.member(key);
  bool holds = value != nullptr;
  if (holds && rule.contains("equals")) {
    holds = *value == Json(value_of(text_of(rule, "equals"), fields, 0));
  } else if (holds) {
    const Json& is = rule.at("is");
    holds = is.is_boolean() ? fields.flag(key, false) == is.get<bool>() : is_one_of(*value, is);
  }
  const auto next = rule.find(holds ? "then" : "else");
  return next == rule.end() ? std::nullopt : apply_rule(*next, fields, kind);
}

const Json* list_at(const ConfigFields& fields, const std::string& key) {
  const Json* list = fields.member(key);
  if (list != nullptr && !list->is_array()) fields.fail("\"" + key + "\" must be a list");
  return list;
}

Value number_of(const Json& rule, const ConfigFields& fields) {
  const Json* list = list_at(fields, text_of(rule, "in"));
  if (list == nullptr) return std::nullopt;
  return Json(
      static_cast<std::uint64_t>(std::count_if(list->begin(), list->end(), [&](const Json& value) {
        return is_one_of(value, rule.at("number_of"));
      })));
}

Json blocks_below(std::uint64_t end) {
  std::vector<std::uint64_t> out(static_cast<std::size_t>(end));
  std::iota(out.begin(), out.end(), std::uint64_t{0});
  return out;
}

Value first_blocks(const std::string& key, const ConfigFields& fields) {
  const Json* list = list_at(fields, key);
  if (list == nullptr) return std::nullopt;
  if (*list != blocks_below(list->size())) {
    fields.fail("\"" + key + "\" must list the first blocks only: [], [0], [0, 1], ...");
  }
  return Json(list->size());
}

Value of_object(const Json& rule, const ConfigFields& fields, FieldKind kind) {
  if (rule.contains("word")) return rule.at("word");
  if (rule.contains("when")) return of_condition(rule, fields, kind);
  if (rule.contains("has")) {
    const bool has = fields.member(text_of(rule, "has")) != nullptr;
    const auto next = rule.find(has ? "then" : "else");
    return next == rule.end() ? std::nullopt : apply_rule(*next, fields, kind);
  }
  if (rule.contains("number_of")) return number_of(rule, fields);
  if (rule.contains("first_blocks")) return first_blocks(text_of(rule, "first_blocks"), fields);
  if (rule.contains("blocks_below")) {
    const Value end = apply_rule(rule.at("blocks_below"), fields, FieldKind::kIndex);
    return end ? Value(blocks_below(end->get<std::uint64_t>())) : std::nullopt;
  }
  if (rule.contains("null")) {
    const std::string key = text_of(rule, "null");
    const bool holds = fields.has(key) && fields.member(key) == nullptr;
    return holds ? apply_rule(rule.at("then"), fields, kind) : std::nullopt;
  }
  throw std::logic_error("no rule for a field: " + rule.dump());
}

/// The key whose absence keeps a rule from applying; "" where there is none.
std::string missing_key(const Json& rule, const ConfigFields& fields) {
  if (rule.is_array()) {
    for (const Json& part : rule) {
      const std::string key = missing_key(part, fields);
      if (!key.empty()) return key;
    }
  } else if (rule.is_string()) {
    for (const std::string& key : keys_of(rule.get<std::string>())) {
      if (fields.member(key) == nullptr) return key;
    }
  } else if (rule.is_object() && (rule.contains("has") || rule.contains("when"))) {
    // The way that was taken.
    const std::string key = text_of(rule, rule.contains("has") ? "has" : "when");
    const bool has = fields.member(key) != nullptr;
    if (!has && !rule.contains("else")) return key;
    for (const char* next : {"then", "else"}) {
      if ((has || next == std::string_view("else")) && rule.contains(next)) {
        const std::string missing = missing_key(rule.at(next), fields);
        if (!missing.empty()) return missing;
      }
    }
  }
  return "";
}

bool may_be_null(const Json& rule) {
  return rule.is_array() && std::any_of(rule.begin(), rule.end(), [](const Json& part) {
           return part.is_object() && part.contains("null");
         });
}

}  // namespace

std::optional<Json> apply_rule(const Json& rule, const ConfigFields& fields, FieldKind kind) {
  if (rule.is_string()) return of_expression(rule.get<std::string>(), fields, kind);
  if (rule.is_object()) return of_object(rule, fields, kind);
  if (!rule.is_array()) return rule;
  for (const Json& part : rule) {
    if (Value value = apply_rule(part, fields, kind)) return value;
  }
  return std::nullopt;
}

Json require_rule(const Json& rule, const ConfigFields& fields, FieldKind kind) {
  if (Value value = apply_rule(rule, fields, kind)) return *value;
  fields.fail("lacks \"" + missing_key(rule, fields) + "\"" +
              (may_be_null(rule) ? " (it may be null)" : ""));
}

}  // namespace isoflop::detail
