// The counts of an architecture, for a person and as JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "isoflop/shape/model_shape.hpp"

namespace isoflop::app {

/// 13.84 GB.
std::string human_bytes(std::uint64_t bytes);

/// Tables of parameters, FLOPs per token and bytes; `name` heads them. router_cost: c_r of the
/// accounting `paper`.
std::string describe_shape(const std::string& name, const ModelShape& shape,
                           std::uint64_t router_cost);

/// isoflop.shape/1, described in docs/shapes.md.
nlohmann::ordered_json shape_report(const ModelShape& shape, std::uint64_t router_cost);

}  // namespace isoflop::app
