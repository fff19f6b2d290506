// One writer and one reader per format of a launch. Private to src/io.
#pragma once

#include <string>
#include <string_view>

#include "isoflop/io/launch_config.hpp"

namespace isoflop::detail {

// What every format here can say: multi-head attention with rotary positions, RMS norms, no biases,
// every block alike, no shared experts; that is what a ModelShape is where nothing else is said.

/// The writers may write what reads back as another shape; write_launch sees to that.
std::string write_megatron(const LaunchConfig& config);
LaunchConfig read_megatron(std::string_view text, const std::string& origin);

std::string write_hugging_face(const LaunchConfig& config);
LaunchConfig read_hugging_face(std::string_view text, const std::string& origin);

std::string write_torchtitan(const LaunchConfig& config);
LaunchConfig read_torchtitan(std::string_view text, const std::string& origin);

}  // namespace isoflop::detail
