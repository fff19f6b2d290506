#include "isoflop/convention/law_variables.hpp"

#include "isoflop/laws/list.hpp"

namespace isoflop {

bool law_has_variable(const LawRecord& law, Variable wanted) {
  return visit_law(law.law, [&](const auto& own) { return has_variable(own, wanted); });
}

bool has_granularity(const LawRecord& law) { return law_has_variable(law, Variable::kG); }

}  // namespace isoflop
