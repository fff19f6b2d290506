/// What a law predicts of one run: its loss, or whatever else the law gives.
#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isoflop/api/context.hpp"
#include "isoflop/api/input_file.hpp"
#include "isoflop/api/law_choice.hpp"
#include "isoflop/core/interval.hpp"
#include "isoflop/core/variable.hpp"
#include "isoflop/laws/law_record.hpp"
#include "isoflop/laws/new_run.hpp"
#include "isoflop/shape/experts.hpp"

namespace isoflop::api {

struct PredictRequest {
  LawChoice law;  ///< n_means and expansion are not asked for
  /// Variables as the law counts them, by Variable.
  std::array<std::optional<double>, kNumVariables> values{};
  std::vector<std::pair<std::string, double>> set{};  ///< variables of the law's own, by name
  /// A model's config.json, from which N, G, E, S and A follow where they are not given.
  std::string shape;
  ExpertWords experts{};  ///< in the place of G, E, S and A, or changes to the shape
};

/// A number beside the prediction that only some laws have.
struct PredictFigure {
  std::string key, meaning;
  double value;
};

struct PredictOutcome {
  PredictRequest request;
  InputFiles inputs;

  LawRecord law;
  std::array<double, kNumVariables> values{};  ///< by Variable; NaN for what the law does not have
  std::string target_key, target_symbol;       ///< what is predicted: "loss", "L"
  std::string target_unit;  ///< of a target that the law's formula declares; empty: none was named
  bool is_loss = true;      ///< in the unit of the law
  double value = 0.0;
  std::optional<double> bits_per_byte;  ///< where the law's tokenizer is known
  EstimatedInterval interval;           ///< 95 % of the curve, where the law has draws
  NewRunLoss new_run;                   ///< 95 % of new runs, where their scatter is known too
  std::vector<PredictFigure> figures;
  std::vector<std::string> outside;      ///< symbols of what is beyond the runs behind the law
  std::vector<std::string> conversions;  ///< what was counted for a variable, one clause each
  std::vector<std::string> notes;        ///< on how the file of the shape was read
  std::optional<ExpertLayer> layer;      ///< of the shape, or else
  std::optional<ExpertRates> rates;      ///< of the law and what was said; neither where dense
  /// E of the shape, where the law holds for another.
  std::optional<double> contradicting_expansion;

  bool usable() const { return true; }
};

/// Throws InvalidArgument where the request says too little for the law, or contradicts it; Error
/// and DataError for files.
PredictOutcome predict(const PredictRequest& request, const Context& context = {});
/// The same of a law that was read already, for whoever asks it of many runs; request.law.law is
/// but its name.
PredictOutcome predict_from(LawRecord law, const PredictRequest& request);

/// isoflop.predict/1, described in docs/reference/formats.md.
nlohmann::ordered_json to_json(const PredictOutcome& outcome);
nlohmann::ordered_json to_json(const PredictRequest& request);
PredictRequest predict_request(const nlohmann::ordered_json& json);

}  // namespace isoflop::api
