#include "api/own_values.hpp"

#include <algorithm>
#include <string>

#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::api {
namespace {

[[noreturn]] void refuse_name(const LawFacts& law, const std::string& name) {
  const std::string head = field("set") + " " + name + ": ";
  for (const Variable v : law.variables) {
    const VariableInfo& about = law.info(v);
    if (is_own(v) || (name != about.symbol && name != about.key)) continue;
    throw InvalidArgument("set", head + "say it with " + field(about.key));
  }
  std::string known;
  for (const VariableInfo& own : law.own_variables) known += " " + std::string(own.symbol);
  throw InvalidArgument("set", head + "the law " + std::string(law.name) +
                                   (known.empty() ? " declares no variables of its own"
                                                  : " has no such variable; there are:" + known));
}

}  // namespace

void set_own(const LawFacts& law, const NamedNumbers& set,
             std::array<double, kNumVariables>& values) {
  for (const auto& [name, value] : set) {
    const auto about =
        std::find_if(law.own_variables.begin(), law.own_variables.end(),
                     [&, &wanted = name](const VariableInfo& own) { return own.symbol == wanted; });
    if (about == law.own_variables.end()) refuse_name(law, name);
    const std::string fault = value_fault(*about, value);
    if (!fault.empty()) {
      throw InvalidArgument("set",
                            field("set") + " " + name + "=" + format_number(value) + " " + fault);
    }
    values[index_of(about->id)] = value;
  }
}

}  // namespace isoflop::api
