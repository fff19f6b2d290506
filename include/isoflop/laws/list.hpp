/// The laws that ship. A new law is one header, one line here, one row in the property tests and
/// one section in docs/laws.md.
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "isoflop/error.hpp"
#include "isoflop/laws/chinchilla.hpp"
#include "isoflop/laws/data_constrained.hpp"
#include "isoflop/laws/efficiency_leverage.hpp"
#include "isoflop/laws/fine_grained_moe.hpp"
#include "isoflop/laws/formula_law.hpp"
#include "isoflop/laws/joint_moe.hpp"
#include "isoflop/laws/kaplan.hpp"
#include "isoflop/laws/over_training.hpp"
#include "isoflop/laws/routed.hpp"
#include "isoflop/laws/sparsity.hpp"

namespace isoflop {

using ShippedLaws = std::tuple<Chinchilla, FineGrainedMoe, JointMoe, DataConstrained, Sparsity,
                               Routed, EfficiencyLeverage, Kaplan, OverTraining>;

/// Calls f.template operator()<L>() for every shipped law, in the order of the list.
template <class F>
void for_each_law(F&& f) {
  [&]<class... L>(const std::tuple<L...>*) {
    (f.template operator()<L>(), ...);
  }(static_cast<const ShippedLaws*>(nullptr));
}

inline std::vector<std::string_view> law_names() {
  std::vector<std::string_view> names;
  for_each_law([&]<Law L>() { names.push_back(L::kName); });
  return names;
}

inline bool is_law_name(std::string_view name) {
  bool found = false;
  for_each_law([&]<Law L>() { found = found || L::kName == name; });
  return found;
}

/// Calls f.template operator()<L>() for the law of this name, shipped or a registered formula, and
/// returns what it returns. Throws InvalidArgument, naming the laws there are, for any other name.
template <class F>
auto visit_law(std::string_view name, F&& f) {
  using Result = decltype(f.template operator()<Chinchilla>());
  // A function pointer per law, so that Result needs no default constructor.
  Result (*call)(F&) = nullptr;
  for_each_law([&]<Law L>() {
    if (L::kName == name) call = [](F& g) -> Result { return g.template operator()<L>(); };
  });
  if (call == nullptr && find_formula(name) != nullptr) {
    const FormulaInUse in_use(name);
    return f.template operator()<FormulaLaw>();
  }
  if (call == nullptr) {
    std::string known;
    for (const std::string_view other : law_names()) known += " " + std::string(other);
    throw InvalidArgument("no law is named \"" + std::string(name) + "\"; there are:" + known);
  }
  return call(f);
}

}  // namespace isoflop
