// Numbers of an outcome's JSON, NaN where they are null or missing.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace isoflop::api {

inline double number_at(const nlohmann::ordered_json& where, const char* key) {
  if (!where.is_object()) return std::nan("");
  const auto found = where.find(key);
  return found == where.end() || !found->is_number() ? std::nan("") : found->get<double>();
}

/// [low, high].
inline std::pair<double, double> ends_at(const nlohmann::ordered_json& where, const char* key) {
  const auto none = std::pair{std::nan(""), std::nan("")};
  if (!where.is_object()) return none;
  const auto found = where.find(key);
  if (found == where.end() || !found->is_array() || found->size() != 2) return none;
  const auto end = [&](std::size_t i) {
    return (*found)[i].is_number() ? (*found)[i].get<double>() : std::nan("");
  };
  return {end(0), end(1)};
}

/// Of a plan: the 95 % interval of this quantity.
inline std::pair<double, double> interval_at(const nlohmann::ordered_json& plan, const char* key) {
  const auto found = plan.find("interval");
  return found == plan.end() ? std::pair{std::nan(""), std::nan("")} : ends_at(*found, key);
}

}  // namespace isoflop::api
