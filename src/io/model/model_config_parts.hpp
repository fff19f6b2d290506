// Parts of a config.json that several model types share, and the fields of a shape under their own
// names. Private to src/io.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "config_fields.hpp"
#include "isoflop/shape/model_shape.hpp"
#include "model_types.hpp"

namespace isoflop::detail {

/// width / heads, which must be whole.
std::uint64_t share_of_width(const ConfigFields& fields, std::uint64_t width,
                             const std::string& width_key, std::uint64_t heads,
                             const std::string& heads_key);

/// The feed-forward part of the families of Llama and DeepSeek: dense width, experts, which blocks
/// are routed.
void read_feed_forward(const ConfigFields& fields, const ModelType& type, ModelShape& shape);
void write_feed_forward(const ModelShape& shape, const ModelType& type,
                        nlohmann::ordered_json& out);

/// The inverse of shape_to_json.
ModelShape shape_from_json(const ConfigFields& fields);

}  // namespace isoflop::detail
