#include "isoflop/api/consensus.hpp"

#include <algorithm>

#include "api/consensus_fields.hpp"
#include "isoflop/convention/experts.hpp"
#include "isoflop/core/stop_if_cancelled.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/law_facts.hpp"

namespace isoflop::api {
namespace {

std::vector<LawRecord> find_laws(const std::vector<std::string>& names) {
  if (names.empty()) return preset_laws();
  std::vector<LawRecord> out;
  for (const std::string& name : names) {
    out.push_back(find_law(name));
    out.back().name = name;
    if (std::count(names.begin(), names.end(), name) > 1) {
      throw InvalidArgument("law", "the law " + name + " is named twice");
    }
  }
  return out;
}

/// A name that no law declares was misspelt.
void require_declared(const ConsensusRequest& request, const std::vector<LawRecord>& laws) {
  for (const auto& [name, value] : request.set) {
    const bool known = std::any_of(laws.begin(), laws.end(), [&, &wanted = name](const auto& law) {
      const auto own = facts_of(law.law).own_variables;
      return std::any_of(own.begin(), own.end(),
                         [&](const VariableInfo& v) { return v.symbol == wanted; });
    });
    if (known) continue;
    throw InvalidArgument("set", field("set") + " " + name + ": no law here declares that");
  }
}

}  // namespace

bool ConsensusOutcome::usable() const {
  return std::any_of(budgets.begin(), budgets.end(), [](const Opinions& opinions) {
    return std::any_of(opinions.begin(), opinions.end(),
                       [](const LawOpinion& o) { return o.applicable; });
  });
}

ConsensusOutcome consensus(const ConsensusRequest& request, const Context& context) {
  ConsensusOutcome out;
  out.request = request;
  out.inputs = inputs_of(request);
  if (request.flops.empty()) {
    throw InvalidArgument("flops", field("flops") + " needs at least one number");
  }
  ConsensusQuestion question;
  if (request.experts.any()) {
    out.rates = settle_rates(request.experts);
    require_unsplit(*out.rates);
    question.expansion = out.rates->expansion;
    question.granularity = out.rates->granularity;
  }
  question.unique_tokens = request.u;
  question.own_values = request.set;
  const std::vector<LawRecord> laws = find_laws(request.law);
  require_declared(request, laws);
  for (const double budget : request.flops) {
    stop_if_cancelled(context.cancelled);
    question.budget_flops = budget;
    out.budgets.push_back(isoflop::consensus(laws, question));
  }
  return out;
}

}  // namespace isoflop::api
