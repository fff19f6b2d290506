/// The measured quantities that a law may depend on. A new one is one enumerator and one row here.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

namespace isoflop {

enum class Variable : std::size_t { kN, kD, kG, kE, kU, kS, kA, kC };

inline constexpr double kNoLimit = std::numeric_limits<double>::infinity();
inline constexpr double kBelowOne = 1.0 - std::numeric_limits<double>::epsilon();

/// One row per Variable, in the order of the enumerators.
struct VariableInfo {
  Variable id;
  std::string_view key;     ///< command-line flag and --column key, e.g. "n"
  std::string_view symbol;  ///< letter in formulas, and default column name, e.g. "N"
  std::string_view meaning;
  double lower, upper;  ///< values are in [lower, upper]; N, D, U and C also positive
};

inline constexpr std::array<VariableInfo, 8> kVariables{{
    {Variable::kN, "n", "N", "parameters", 0.0, kNoLimit},
    {Variable::kD, "d", "D", "training tokens", 0.0, kNoLimit},
    {Variable::kG, "g", "G", "granularity", 0.0, kNoLimit},
    {Variable::kE, "e", "E", "expansion rate, or number of experts", 1.0, kNoLimit},
    {Variable::kU, "u", "U", "unique training tokens", 0.0, kNoLimit},
    {Variable::kS, "s", "S", "sparsity, share of the experts that a token does not use", 0.0,
     kBelowOne},
    {Variable::kA, "a", "A", "activation ratio, share of the experts that a token uses", 0.0, 1.0},
    {Variable::kC, "c", "C", "training compute", 0.0, kNoLimit},
}};
inline constexpr std::size_t kNumVariables = kVariables.size();

constexpr std::size_t index_of(Variable v) { return static_cast<std::size_t>(v); }
constexpr const VariableInfo& info(Variable v) { return kVariables[index_of(v)]; }

/// What is wrong with a value, as the end of a sentence; empty if nothing is.
inline std::string value_fault(const VariableInfo& about, double x) {
  if (about.lower <= 0.0 && x <= 0.0 && about.id != Variable::kS) return "is not > 0";
  if (!(x >= about.lower)) return about.lower == 1.0 ? "is not >= 1" : "is not >= 0";
  if (x > about.upper) return about.upper < 1.0 ? "is not < 1" : "is not <= 1";
  return "";
}

/// ln of a value, as laws take it. Zero, which only a sparsity may be, counts as the smallest
/// positive number: no formula tells the two apart.
inline double log_value(double x) {
  return std::log(std::max(x, std::numeric_limits<double>::min()));
}

}  // namespace isoflop
