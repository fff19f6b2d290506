#include "api/run_conventions.hpp"

#include "api/experts.hpp"
#include "isoflop/convention/experts.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/law_facts.hpp"

namespace isoflop::api {
void list_fields(FieldVisitor& f, RunConventions& conventions) {
  f.text("n_means", conventions.n_means);
  f.number("expansion", conventions.experts.expansion, Numbers::kAny);
  list_counts(f, conventions.experts);
}

LawRecord law_of_runs(const AnyLaw& law, const RunConventions& said) {
  LawRecord out;
  out.law = law;
  ExpertWords experts = said.experts;
  settle_for_runs(experts);
  out.expansion = experts.expansion;
  if (!said.n_means.empty()) out.n_means = parse_n_meaning(said.n_means);
  if (out.expansion && *out.expansion < 1.0) {
    throw InvalidArgument("expansion", field("expansion") + " must be at least 1");
  }
  const LawFacts own = facts_of(law);
  if (own.has(Variable::kG) && own.predicts_loss()) out.g_means = GMeaning::kDffOverDexpert;
  return out;
}

}  // namespace isoflop::api
