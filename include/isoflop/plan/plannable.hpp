/// Which laws have an optimum under a budget: those that give a loss from N and D.
#pragma once

#include <string>
#include <string_view>

#include "isoflop/error.hpp"
#include "isoflop/laws/law.hpp"

namespace isoflop {

template <Law L>
constexpr bool has_variable(Variable wanted) {
  for (const Variable v : L::kVariables) {
    if (v == wanted) return true;
  }
  return false;
}
/// Whether a law has an optimum under a budget: it gives a loss from N and D.
template <Law L>
constexpr bool can_plan() {
  return has_variable<L>(Variable::kN) && has_variable<L>(Variable::kD) &&
         target_of<L>().key == kLossTarget.key;
}

/// The same, as far as the compiler can tell: true for a law whose variables are known only when it
/// is in use.
template <Law L>
inline constexpr bool kMayPlan = [] {
  if constexpr (requires { L::kVariableCapacity; }) {
    return true;
  } else {
    return can_plan<L>();
  }
}();

/// Throws InvalidArgument: nothing can be planned with the law of this name.
[[noreturn]] inline void refuse_plan(std::string_view law) {
  throw InvalidArgument("the law " + std::string(law) +
                        " has no compute-optimal plan: it does not give a loss from N and D");
}

}  // namespace isoflop
