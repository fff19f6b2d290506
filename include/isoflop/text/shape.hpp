/// The counts of an architecture as a person reads them.
#pragma once

#include <cstdint>
#include <string>

#include "isoflop/api/shape.hpp"

namespace isoflop::text {

/// 13.84 GB.
std::string human_bytes(std::uint64_t bytes);

/// Tables of parameters, FLOPs per token and bytes.
std::string shape(const api::ShapeOutcome& outcome);

}  // namespace isoflop::text
