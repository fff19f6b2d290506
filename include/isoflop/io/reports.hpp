/// Reports of a fit and plans as JSON. docs/formats.md describes every field.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "isoflop/core/interval.hpp"
#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/fit/inspect_runs.hpp"
#include "isoflop/fit/options.hpp"
#include "isoflop/fit/report.hpp"
#include "isoflop/io/records.hpp"
#include "isoflop/laws/law_record.hpp"
#include "isoflop/plan/plan.hpp"

namespace isoflop {

inline constexpr std::string_view kPlanFormat = "isoflop.plan/1";

/// Everything there is to say of a fit. `law` carries its coefficients, verdict and draws.
struct FitOutcome {
  LawRecord law;
  FitReport report;
  FitOptions options;
  RunTable runs;  ///< those that were fitted
  RecordLog records;
  std::optional<BootstrapReport> bootstrap;  ///< its draws are in `law`
  std::vector<EstimatedInterval> intervals;  ///< [P] 95 %, where there are draws
  std::vector<Finding> findings;
  std::optional<SeedNoise> seed_noise;
  std::vector<std::optional<Plan>> minima_plans;  ///< what each of report.minima would plan
};

/// The law file of a fit: `law` with the sections "fit" and "records".
nlohmann::ordered_json fit_to_json(const FitOutcome& outcome);

/// Numbers that are not finite become null. `timed`: budgets are GPU-seconds.
nlohmann::ordered_json plan_to_json(const Plan& plan, bool timed = false);

}  // namespace isoflop
