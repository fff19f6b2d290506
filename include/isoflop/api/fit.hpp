/// The law behind a table of finished training runs: fits it from many starts, resamples the runs,
/// says what they cannot determine and what each local minimum would plan.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "isoflop/api/context.hpp"
#include "isoflop/api/fit_choice.hpp"
#include "isoflop/api/input_file.hpp"
#include "isoflop/api/run_conventions.hpp"
#include "isoflop/api/runs_choice.hpp"
#include "isoflop/core/interval.hpp"
#include "isoflop/core/run_table.hpp"
#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/fit/calibrate.hpp"
#include "isoflop/fit/inspect_runs.hpp"
#include "isoflop/fit/options.hpp"
#include "isoflop/fit/report.hpp"
#include "isoflop/io/records.hpp"
#include "isoflop/laws/law_record.hpp"
#include "isoflop/plan/plan.hpp"

namespace isoflop::api {

struct FitRequest {
  RunsChoice runs{};
  std::string
      law;  ///< a formula that ships, that of a published law or law file, or a formula file
  RunConventions conventions{};
  FitChoice fit{};
  std::uint64_t bootstrap = 1000;            ///< resamples behind the intervals; 0 skips them
  std::string resample_size = "calibrated";  ///< or "same"; ResampleSize says what they are
  std::string interval = "percentile";       ///< or "bca": also leaves out each run once
  /// Hide the largest runs again and again, and widen the interval of a new run to what that
  /// showed.
  bool calibrate = false;
  std::uint64_t drop_worst = 0;  ///< fit, leave out so many runs of largest error, fit again
};

/// Everything there is to say of a fit. `law` carries its coefficients, verdict and draws.
struct FitOutcome {
  FitRequest request;
  InputFiles inputs;
  LawRecord law;
  FitReport report;
  FitOptions options;
  RunTable runs;  ///< those that were fitted
  RecordLog records;
  std::optional<BootstrapReport> bootstrap;      ///< its draws are in `law`
  std::vector<EstimatedInterval> intervals;      ///< [P] 95 %, where there are draws
  std::optional<CalibrationReport> calibration;  ///< where it was asked for
  std::vector<Finding> findings;
  std::optional<SeedNoise> seed_noise;
  /// Share of ten times the largest budget that the fit's plan loses in the worst 5 % of the draws.
  std::optional<double> lost_beyond;
  /// The same if the law bends by as much as these runs could not show.
  std::optional<double> lost_to_bend;
  std::vector<std::optional<Plan>> minima_plans;  ///< what each of report.minima would plan

  /// There are coefficients, whatever they are worth; else report.reasons say why not, and what
  /// follows from coefficients is missing.
  bool has_law() const { return report.verdict != Verdict::kFailed; }
  bool usable() const { return has_law() && report.status == FitStatus::kConverged; }
};

/// Throws InvalidArgument for a request that contradicts itself or its law, DataError for a table
/// or law that is not what it should be.
FitOutcome fit(const FitRequest& request, const Context& context = {});

FitRequest fit_request(const nlohmann::ordered_json& json);
nlohmann::ordered_json to_json(const FitRequest& request);
/// The law file of the fit, with the sections "fit" and "records"; docs/reference/formats.md
/// describes it.
nlohmann::ordered_json to_json(const FitOutcome& outcome);
/// The runs that were fitted, as the law counts them, for figures: by key a column [num_runs] of
/// each variable of the law, "loss", "predicted" by the law (left out where there is none),
/// "weight" where the table has any, and "line" in the table.
nlohmann::ordered_json fitted_runs_json(const FitOutcome& outcome);

}  // namespace isoflop::api
