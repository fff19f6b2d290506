/// How a law is to be fitted, as every request that fits says it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace isoflop::api {

struct FitChoice {
  double huber_delta = 1e-3;     ///< > 0; infinity is least squares
  std::string residual = "log";  ///< difference of log losses, or "raw": of losses
  std::vector<std::pair<std::string, double>> fix{};       ///< coefficients held at a value
  std::vector<std::pair<std::string, std::string>> tie{};  ///< two coefficients take one value
  std::optional<std::uint64_t> starts{};  ///< a seeded sample of this size; else the law's default
  bool all_starts = false;                ///< to their end; by default most are given up on the way
  std::uint64_t seed = 1;                 ///< of all that is random
  std::uint64_t threads = 0;              ///< 0: one per core; the result does not depend on it
};

}  // namespace isoflop::api
