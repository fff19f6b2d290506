// Numbers that may be missing, as JSON.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

namespace isoflop::detail {

inline nlohmann::ordered_json finite_or_null(double x) {
  return std::isfinite(x) ? nlohmann::ordered_json(x) : nlohmann::ordered_json(nullptr);
}

inline nlohmann::ordered_json number_or_null(const std::optional<double>& x) {
  return x ? nlohmann::ordered_json(*x) : nlohmann::ordered_json(nullptr);
}

}  // namespace isoflop::detail
