/// The laws that ship. A new law is one header, one line here, one row in the property tests and
/// one section in docs/reference/laws.md.
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "isoflop/error.hpp"
#include "isoflop/laws/any_law.hpp"
#include "isoflop/laws/chinchilla.hpp"
#include "isoflop/laws/data_constrained.hpp"
#include "isoflop/laws/efficiency_leverage.hpp"
#include "isoflop/laws/fine_grained_moe.hpp"
#include "isoflop/laws/formula_law.hpp"
#include "isoflop/laws/joint_moe.hpp"
#include "isoflop/laws/kaplan.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/laws/over_training.hpp"
#include "isoflop/laws/routed.hpp"
#include "isoflop/laws/sparsity.hpp"

namespace isoflop {

using ShippedLaws = std::tuple<Chinchilla, FineGrainedMoe, JointMoe, DataConstrained, Sparsity,
                               Routed, EfficiencyLeverage, Kaplan, OverTraining>;

/// Calls f(law) for every shipped law, in the order of the list.
template <class F>
void for_each_law(F&& f) {
  [&]<class... L>(const std::tuple<L...>*) {
    (f(L{}), ...);
  }(static_cast<const ShippedLaws*>(nullptr));
}

/// Calls f(law) for the law that is named, shipped or a formula, and returns what it returns.
/// Throws InvalidArgument, naming the laws there are, for a name that no shipped law has.
template <class F>
auto visit_law(const AnyLaw& which, F&& f) {
  using Result = decltype(f(Chinchilla{}));
  if (const FormulaLaw* formula = which.formula()) {
    return formula->is_large() ? f(LargeFormulaLaw(*formula)) : f(SmallFormulaLaw(*formula));
  }
  // A function pointer per law, so that Result needs no default constructor.
  Result (*call)(F&) = nullptr;
  for_each_law([&]<Law L>(const L&) {
    if (L::kName == which.name()) call = [](F& g) -> Result { return g(L{}); };
  });
  if (call == nullptr) {
    std::string known;
    for (const std::string_view other : law_names()) known += " " + std::string(other);
    throw InvalidArgument("no law is named \"" + which.name() + "\"; there are:" + known);
  }
  return call(f);
}

}  // namespace isoflop
