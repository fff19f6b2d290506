// The functions that a formula may call.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "isoflop/formula/operations.hpp"

namespace isoflop::detail {

struct Function {
  std::string_view name;
  Op op;
  double scale = 1.0;  // of the result
};

inline constexpr double kLn2 = 0.693147180559945309417232121458176568;
inline constexpr double kLn10 = 2.30258509299404568401799145468436421;

inline constexpr std::array<Function, 10> kFunctions{{
    {"exp", Op::kExp},
    {"log", Op::kLog},
    {"ln", Op::kLog},
    {"log2", Op::kLog, 1.0 / kLn2},
    {"log10", Op::kLog, 1.0 / kLn10},
    {"sqrt", Op::kSqrt},
    {"tanh", Op::kTanh},
    {"abs", Op::kAbs},
    {"min", Op::kMin},
    {"max", Op::kMax},
}};

// Null where there is none of this name.
inline const Function* find_function(std::string_view name) {
  const auto* it = std::find_if(kFunctions.begin(), kFunctions.end(),
                                [&](const Function& f) { return f.name == name; });
  return it == kFunctions.end() ? nullptr : it;
}

}  // namespace isoflop::detail
