/// The formulas, the published coefficients and the laws of hyperparameters that ship, and law
/// files.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "isoflop/api/context.hpp"
#include "isoflop/api/input_file.hpp"
#include "isoflop/core/variable.hpp"
#include "isoflop/laws/hyperparameter_law.hpp"
#include "isoflop/laws/law_record.hpp"

namespace isoflop::api {

struct LawsRequest {
  /// A formula, a published law, a law of hyperparameters, or a file of the two latter; empty:
  /// everything that ships.
  std::string name;
};

/// What a formula says of itself.
struct FormulaCard {
  struct Coefficient {
    std::string name, meaning;
    double lower, upper;  ///< of a fit
  };
  std::string name, formula, source;
  std::vector<Variable> variables;
  std::vector<Coefficient> coefficients;
};

struct LawsOutcome {
  LawsRequest request;
  InputFiles inputs;

  std::vector<FormulaCard> formulas;  ///< all, the one that is named, or that of the named law
  std::vector<LawRecord> laws;        ///< all published ones, or the named one
  std::vector<HyperparameterLaw> hyperparameters;  ///< all that ship, or the named one alone

  /// A formula was named, not a law.
  bool is_formula() const { return !request.name.empty() && laws.empty() && !is_hyperparameters(); }
  /// A law of hyperparameters was named.
  bool is_hyperparameters() const { return !request.name.empty() && !hyperparameters.empty(); }
  bool usable() const { return true; }
};

/// Throws DataError for a name that is neither a law nor a file, or a file that is no law.
LawsOutcome laws(const LawsRequest& request, const Context& context = {});

/// isoflop.laws/1 of everything; of a named law isoflop.law/2, which is a law file, or
/// isoflop.hyperparameters/1.
nlohmann::ordered_json to_json(const LawsOutcome& outcome);
nlohmann::ordered_json to_json(const LawsRequest& request);
LawsRequest laws_request(const nlohmann::ordered_json& json);

}  // namespace isoflop::api
