// The table of model types, data/models/model_types.json, which the library carries: what the types
// of a config.json say by their names and by their keys. docs/reference/model-types.md describes
// the file. Private to src/io.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace isoflop::detail {

struct ModelType {
  std::string name;
  std::vector<std::string> names;  ///< `name` and others for the same
  /// Of a stand-in, keys by which it is chosen: in this spelling, and in any.
  std::vector<std::string> needs, has;
  std::vector<std::string> other_layers;  ///< kinds in a list of layers that are counted here
  /// Field of a shape -> rule: of every model, of one with experts, and of one with blocks that
  /// have no attention.
  nlohmann::ordered_json shape, experts, mixers;
  nlohmann::ordered_json write;     ///< key -> rule over the fields of a shape; null: not written
  nlohmann::ordered_json defaults;  ///< key -> value that a part of another file may leave out
  nlohmann::ordered_json fills;     ///< the same for keys that any file may leave out
  nlohmann::ordered_json refuse;    ///< [{"if": rule of a flag, "says": text}]
};

struct ModelTable {
  std::vector<ModelType> types;                     ///< in the order in which a writer tries them
  std::vector<ModelType> stand_ins;                 ///< of types that are not known, by their keys
  std::vector<std::vector<std::string>> same_keys;  ///< groups of keys that mean the same
  std::vector<std::string> text_parts;              ///< keys of the text part of a model
  std::vector<std::string> layer_lists;             ///< keys that list what kind each block is
  std::vector<std::string> attention_kinds;         ///< what such a list calls attention
  /// Model type, or beginning of a key, -> why it is not counted.
  nlohmann::ordered_json uncounted_types, uncounted_keys;

  /// Null for a name that is none.
  const ModelType* find(std::string_view name) const;
};

const ModelTable& model_table();

}  // namespace isoflop::detail
