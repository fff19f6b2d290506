/// Which laws have an optimum under a budget: those that give a loss from N and D.
#pragma once

#include <string>

#include "isoflop/laws/law.hpp"
#include "isoflop/laws/law_record.hpp"

namespace isoflop {

/// Whether a law has an optimum under a budget: it gives a loss from N and D.
template <Law L>
constexpr bool can_plan(const L& law) {
  return has_variable(law, Variable::kN) && has_variable(law, Variable::kD) && predicts_loss(law);
}

/// The same, as far as the compiler can tell: true for a law whose variables are known only when
/// the program runs.
template <Law L>
inline constexpr bool kMayPlan = [] {
  if constexpr (requires { L::kVariableCapacity; }) {
    return true;
  } else {
    return can_plan(L{});
  }
}();

/// Why nothing can be planned with a law; empty where something can. Throws InvalidArgument where
/// no law has the record's name.
std::string plannable_fault(const LawRecord& law);
bool can_plan(const LawRecord& law);

}  // namespace isoflop
