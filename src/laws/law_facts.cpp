#include "isoflop/laws/law_facts.hpp"

#include <algorithm>

#include "isoflop/error.hpp"
#include "isoflop/laws/list.hpp"

namespace isoflop {

LawFacts facts_of(const AnyLaw& law) {
  return visit_law(law, [](const auto& own) { return facts_of(own); });
}

std::string needed_own(const VariableInfo& own) {
  return field("set") + " " + std::string(own.symbol) + "=X" +
         (own.meaning.empty() ? "" : " (" + std::string(own.meaning) + ")");
}

std::vector<std::string_view> law_names() {
  std::vector<std::string_view> names;
  for_each_law([&](const auto& law) { names.push_back(name_of(law)); });
  return names;
}

bool is_law_name(std::string_view name) {
  const std::vector<std::string_view> names = law_names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace isoflop
