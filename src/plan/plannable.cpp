#include "isoflop/plan/plannable.hpp"

#include "isoflop/laws/list.hpp"

namespace isoflop {

bool can_plan(const LawRecord& law) {
  return visit_law(law.law, [](const auto& own) { return can_plan(own); });
}

std::string plannable_fault(const LawRecord& law) {
  if (can_plan(law)) return "";
  return "the law " + law.law.name() +
         " has no compute-optimal plan: it does not give a loss from N and D";
}

}  // namespace isoflop
