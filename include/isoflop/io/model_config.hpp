/// The config.json that models are published with (the configuration files of the Python package
/// transformers), read as a ModelShape and written from one. docs/reference/shapes.md lists what
/// each model_type says by its name alone.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/shape/model_shape.hpp"

namespace isoflop {

/// The model types that can be read, those of the table that the library carries
/// (data/models/model_types.json). The last, "isoflop", spells every field of a shape, for those
/// that no other type describes.
std::vector<std::string_view> model_types();

struct ModelConfig {
  ModelShape shape;  ///< seq_len is 0 where the file does not say it
  /// One sentence each: a type that is not known and what it was counted as, that only the text
  /// part of a model was counted, and what its type filled in.
  std::vector<std::string> notes;
};

/// Reads the text part of a model that has more. Keys may have the spellings of other model types,
/// and numbers may be texts. Throws DataError(origin, …) with one line that names the field, for a
/// model_type that is neither known nor written like Llama, a missing or senseless field, layers
/// that are not counted, or fields that contradict each other; it ends with the options of `shape`.
ModelConfig model_from_config(const nlohmann::ordered_json& config, const std::string& origin);
/// The same; throws DataError also for a file that cannot be read or is not JSON.
ModelConfig read_model(const std::string& path);

/// The shapes alone.
ModelShape shape_from_config(const nlohmann::ordered_json& config, const std::string& origin);
ModelShape read_model_config(const std::string& path);

/// A config.json that shape_from_config reads as the same shape: of the first model type that
/// describes it fully. Throws InvalidArgument for a shape that contradicts itself.
nlohmann::ordered_json shape_to_config(const ModelShape& shape);

/// Every field of a shape under its name here, as in a config.json of model_type "isoflop".
nlohmann::ordered_json shape_to_json(const ModelShape& shape);

}  // namespace isoflop
