#include "isoflop/convention/law_variables.hpp"

#include "isoflop/laws/law_facts.hpp"

namespace isoflop {

bool law_has_variable(const LawRecord& law, Variable wanted) {
  return facts_of(law.law).has(wanted);
}

bool has_granularity(const LawRecord& law) { return law_has_variable(law, Variable::kG); }

}  // namespace isoflop
