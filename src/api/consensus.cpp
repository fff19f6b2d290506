#include "isoflop/api/consensus.hpp"

#include <algorithm>

#include "api/consensus_fields.hpp"
#include "isoflop/convention/experts.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"

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

}  // namespace

bool ConsensusOutcome::usable() const {
  return std::any_of(budgets.begin(), budgets.end(), [](const Opinions& opinions) {
    return std::any_of(opinions.begin(), opinions.end(),
                       [](const LawOpinion& o) { return o.applicable; });
  });
}

ConsensusOutcome consensus(const ConsensusRequest& request, const Context&) {
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
  const std::vector<LawRecord> laws = find_laws(request.law);
  for (const double budget : request.flops) {
    question.budget_flops = budget;
    out.budgets.push_back(isoflop::consensus(laws, question));
  }
  return out;
}

}  // namespace isoflop::api
