#include "isoflop/io/model_config.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config_rule.hpp"
#include "io/in_quotes.hpp"
#include "io/json_file.hpp"
#include "isoflop/error.hpp"
#include "isoflop/shape/flop_count.hpp"
#include "isoflop/shape/memory_count.hpp"
#include "model_fields.hpp"
#include "model_types.hpp"
#include "shape_json.hpp"

namespace isoflop {
namespace {

using detail::ConfigFields;
using detail::FieldKind;
using detail::ModelFields;
using detail::ModelType;
using Json = nlohmann::ordered_json;

/// Spells every field of a shape.
constexpr const char* kOwnType = "isoflop";

bool is_among(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// What a reader can do whose file was refused.
std::string advice() {
  std::string out = "; shape counts by options too:";
  for (const char* name : {"d_model", "blocks", "heads", "kv_heads", "head_dim", "d_ff", "vocab",
                           "num_experts", "expert_width", "top_k"}) {
    out += (out.back() == ':' ? " " : ", ") + field(name);
  }
  return out;
}

/// The object that describes the text model: the file itself, or a part of a model of more. Some
/// files say their sizes outside and keep an empty part beside them.
const Json& text_part(const Json& config) {
  constexpr const char* kWidth = "hidden_size";
  for (const std::string& key : detail::model_table().text_parts) {
    const auto part = config.find(key);
    if (part == config.end() || !part->is_object()) continue;
    if (config.contains(kWidth) && !part->contains(kWidth)) continue;
    return text_part(*part);
  }
  return config;
}

/// Of the part, or, where it has none that is known, of the whole.
std::string type_name(const Json& config, const ModelFields& fields) {
  const ConfigFields whole(config, fields.origin());
  if (!fields.has("model_type")) {
    if (config.contains("model_type")) return whole.text("model_type");
    return fields.text("model_type");
  }
  const std::string name = fields.text("model_type");
  if (detail::model_table().find(name) != nullptr || !fields.is_part()) return name;
  const auto outer = config.find("model_type");
  const bool known = outer != config.end() && outer->is_string() &&
                     detail::model_table().find(outer->get<std::string>()) != nullptr;
  return known ? outer->get<std::string>() : name;
}

std::string known_types() {
  std::string out;
  for (const std::string_view name : model_types()) out += " " + std::string(name);
  return out;
}

/// Layers that hold something else than attention, where a model type is not known for counting
/// them.
void refuse_other_layers(const ModelFields& fields, const std::vector<std::string>& counted) {
  const auto& table = detail::model_table();
  for (const std::string& key : table.layer_lists) {
    const Json* list = fields.member(key);
    if (list == nullptr) continue;
    for (const Json& kind : *list) {
      const std::string name = kind.is_string() ? kind.get<std::string>() : kind.dump();
      if (is_among(table.attention_kinds, name) || is_among(counted, name)) continue;
      fields.fail("\"" + key + "\" has layers of the kind " + in_quotes(name) +
                  ", which are not counted");
    }
  }
}

void refuse_other_keys(const ModelFields& fields) {
  for (const auto& [start, why] : detail::model_table().uncounted_keys.items()) {
    for (const auto& item : fields.json().items()) {
      if (item.key().rfind(start, 0) != 0 || item.value().is_null() || item.value() == false) {
        continue;
      }
      fields.fail("\"" + item.key() + "\" speaks of " + why.get<std::string>() +
                  ", which are not counted");
    }
  }
}

/// What a type that is not known is counted as, by its keys.
const ModelType& stand_in(const ModelFields& fields, const std::string& name) {
  const auto& table = detail::model_table();
  const auto uncounted = table.uncounted_types.find(name);
  if (uncounted != table.uncounted_types.end()) {
    fields.fail("\"model_type\" is " + in_quotes(name) + ", which has " +
                uncounted->get<std::string>() + "; these are not counted");
  }
  for (const ModelType& type : table.stand_ins) {
    const bool fits = std::all_of(type.needs.begin(), type.needs.end(),
                                  [&](const auto& key) { return fields.has(key); }) &&
                      std::all_of(type.has.begin(), type.has.end(),
                                  [&](const auto& key) { return fields.member(key) != nullptr; });
    if (!fits) continue;
    refuse_other_keys(fields);
    return type;
  }
  fields.fail("\"model_type\" is " + in_quotes(name) + "; this program reads:" + known_types());
}

void refuse_by_rule(const ModelFields& fields, const ModelType& type) {
  for (const Json& refusal : type.refuse) {
    const auto refused = detail::apply_rule(refusal.at("if"), fields, FieldKind::kFlag);
    if (refused && *refused == true) fields.fail(refusal.at("says").get<std::string>());
  }
}

ModelShape shape_of_type(const ModelFields& fields, const ModelType& type) {
  refuse_by_rule(fields, type);
  refuse_other_layers(fields, type.other_layers);
  Json out = Json::object();
  auto take_all = [&](const Json& rules) {
    for (const auto& [name, rule] : rules.items()) {
      const FieldKind kind = detail::kind_of_shape_field(name);
      out[name] = detail::require_rule(rule, fields, kind);
    }
  };
  take_all(type.shape);
  auto is_none = [&](const char* name) {
    const auto it = out.find(name);
    return it == out.end() || it->is_null() || *it == 0;
  };
  if (!is_none("num_experts")) take_all(type.experts);
  if (!is_none("num_other_blocks")) take_all(type.mixers);
  if (is_none("num_shared_experts")) out["shared_expert_width"] = nullptr;
  if (is_none("window") || is_none("num_window_blocks")) {
    out["window"] = out["num_window_blocks"] = nullptr;
  }
  return detail::shape_from_json(ConfigFields(out, fields.origin()));
}

/// The type's way of writing a shape; null where it has none.
Json write_as(const Json& shape, const ModelType& type) {
  if (type.write.is_null()) return nullptr;
  const std::string nowhere;
  const ConfigFields fields(shape, nowhere);
  Json out;
  for (const auto& [key, rule] : type.write.items()) {
    if (auto value = detail::apply_rule(rule, fields, FieldKind::kAny)) out[key] = *value;
  }
  return out;
}

}  // namespace

std::vector<std::string_view> model_types() {
  std::vector<std::string_view> out;
  for (const ModelType& type : detail::model_table().types) {
    out.insert(out.end(), type.names.begin(), type.names.end());
  }
  out.push_back(kOwnType);
  return out;
}

ModelConfig model_from_config(const Json& config, const std::string& origin) {
  const bool is_object = config.is_object();
  const Json& part = is_object ? text_part(config) : config;
  ModelFields fields(config, part, origin, advice());
  if (!is_object) fields.fail("is not the config.json of a model: it is no JSON object");
  ModelConfig out;
  const std::string name = type_name(config, fields);
  if (name == kOwnType) {
    out.shape = detail::shape_from_json(fields);
  } else {
    const ModelType* type = detail::model_table().find(name);
    if (type == nullptr) {
      type = &stand_in(fields, name);
      out.notes.push_back("\"model_type\" is " + in_quotes(name) +
                          ", which is not known: counted as " + type->name + " by its keys");
    }
    if (fields.is_part()) out.notes.push_back("counted is the text part of this model alone");
    fields.fill_in(*type);
    out.shape = shape_of_type(fields, *type);
    out.notes.insert(out.notes.end(), fields.filled_in().begin(), fields.filled_in().end());
  }
  try {
    require_consistent(out.shape);
    training_flops(out.shape);  // counts that do not fit into 64 bits are a fault of the file too
    count_memory(out.shape);
  } catch (const InvalidArgument& fault) {
    fields.fail(fault.what());
  }
  return out;
}

ModelConfig read_model(const std::string& path) {
  return model_from_config(detail::read_json_file(path), path);
}

ModelShape shape_from_config(const Json& config, const std::string& origin) {
  return model_from_config(config, origin).shape;
}

ModelShape read_model_config(const std::string& path) { return read_model(path).shape; }

Json shape_to_config(const ModelShape& shape) {
  require_consistent(shape);
  const Json own = shape_to_json(shape);
  for (const ModelType& type : detail::model_table().types) {
    const Json config = write_as(own, type);
    if (config.is_null()) continue;
    try {
      if (shape_from_config(config, "") == shape) return config;
    } catch (const DataError&) {
      // This type cannot say it; the own one can say everything.
    }
  }
  Json out{{"model_type", kOwnType}};
  out.update(own);
  return out;
}

}  // namespace isoflop
