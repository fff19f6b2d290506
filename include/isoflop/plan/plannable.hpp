/// Which laws have an optimum under a budget: those that give a loss from N and D.
#pragma once

#include <string>

#include "isoflop/laws/law.hpp"
#include "isoflop/laws/law_record.hpp"

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

/// Why nothing can be planned with a law; empty where something can. Throws InvalidArgument where
/// no law has the record's name.
std::string plannable_fault(const LawRecord& law);
bool can_plan(const LawRecord& law);

}  // namespace isoflop
