/// The config.json that models are published with (the configuration files of the Python package
/// transformers), read as a ModelShape and written from one. docs/shapes.md lists what each
/// model_type says by its name alone.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/shape/model_shape.hpp"

namespace isoflop {

/// The model types that can be read. The last, "isoflop", spells every field of a shape, for those
/// that no other type describes.
std::vector<std::string_view> model_types();

/// Throws DataError(origin, …) with one line that names the field, for an unknown model_type, a
/// missing or senseless field, or fields that contradict each other.
ModelShape shape_from_config(const nlohmann::ordered_json& config, const std::string& origin);
/// The same; throws DataError also for a file that cannot be read or is not JSON.
ModelShape read_model_config(const std::string& path);

/// A config.json that shape_from_config reads as the same shape: of the first model type that
/// describes it fully. Throws InvalidArgument for a shape that contradicts itself.
nlohmann::ordered_json shape_to_config(const ModelShape& shape);

/// Every field of a shape under its name here, as in a config.json of model_type "isoflop".
nlohmann::ordered_json shape_to_json(const ModelShape& shape);

}  // namespace isoflop
