/// What several laws recommend for budgets of training FLOPs, in one convention, side by side.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isoflop/api/context.hpp"
#include "isoflop/api/input_file.hpp"
#include "isoflop/plan/consensus.hpp"
#include "isoflop/shape/experts.hpp"

namespace isoflop::api {

struct ConsensusRequest {
  std::vector<std::string> law;  ///< published laws or law files; all published ones if none
  std::vector<double> flops;     ///< one or more budgets
  ExpertWords experts{};         ///< to ask about; else what each law finds best
  std::optional<double> u;       ///< unique training tokens, for laws that know of repetition
  std::vector<std::pair<std::string, double>> set{};  ///< variables that laws declare, by name
};

/// What all laws said of one budget.
using Opinions = std::vector<LawOpinion>;

struct ConsensusOutcome {
  ConsensusRequest request;
  InputFiles inputs;

  std::optional<ExpertRates> rates;  ///< that were asked about
  std::vector<Opinions> budgets;     ///< by budget

  /// Some law recommends something at some budget.
  bool usable() const;
};

/// Throws InvalidArgument for a law that is named twice, or words that contradict each other;
/// DataError for a law that there is not.
ConsensusOutcome consensus(const ConsensusRequest& request, const Context& context = {});

/// isoflop.consensus/1: a row per budget and law, and how far apart they lie per budget.
nlohmann::ordered_json to_json(const ConsensusOutcome& outcome);
nlohmann::ordered_json to_json(const ConsensusRequest& request);
ConsensusRequest consensus_request(const nlohmann::ordered_json& json);

}  // namespace isoflop::api
