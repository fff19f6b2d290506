/// What the plan for a budget depends on: the law is fitted again with other objectives and without
/// some of the runs, and every fit is asked for its plan.
#pragma once

#include <cstddef>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "isoflop/api/accounting_choice.hpp"
#include "isoflop/api/context.hpp"
#include "isoflop/api/fit_choice.hpp"
#include "isoflop/api/input_file.hpp"
#include "isoflop/api/run_conventions.hpp"
#include "isoflop/api/runs_choice.hpp"
#include "isoflop/core/ranges.hpp"
#include "isoflop/fit/report.hpp"
#include "isoflop/io/records.hpp"
#include "isoflop/plan/plan.hpp"
#include "isoflop/plan/plan_problem.hpp"

namespace isoflop::api {

struct SensitivityRequest {
  RunsChoice runs{};
  std::string law{};              ///< a formula that ships, or as fit takes it
  std::optional<double> flops{};  ///< the budget to plan for
  RunConventions conventions{};
  AccountingChoice accounting{};
  FitChoice fit{};
  std::vector<std::pair<std::string, double>> set{};  ///< variables of the law's own, by name
};

/// A fit and what it plans.
struct Decision {
  std::string group, label;  ///< which fit; empty for the one that was asked for
  FitStatus status = FitStatus::kFailed;
  std::size_t num_runs = 0;  ///< that were fitted
  double objective = std::numeric_limits<double>::quiet_NaN();
  Plan plan{};
  std::string note;  ///< why there is no fit or no plan, or what to doubt
  std::vector<std::size_t> dropped_lines{};
};

/// The decision without one run.
struct Influence {
  std::size_t line;     ///< of the run
  double log_residual;  ///< ln predicted - ln observed of the fit that was asked for
  Decision decision;
  double change_log_n;  ///< of ln N_active; NaN if there is no plan
};

struct SensitivityOutcome {
  SensitivityRequest request;
  InputFiles inputs;
  PlanProblem problem;       ///< without coefficients
  std::size_t num_runs = 0;  ///< of the table
  RecordLog records;
  std::vector<std::string> reasons;  ///< why there is no fit as asked for
  Decision base;                     ///< of the fit that was asked for
  std::vector<Decision> rows;
  std::vector<Influence> influence;  ///< largest |change_log_n| first, ten at most
  std::size_t num_left_out = 0;
  std::optional<Range> span;     ///< of D/N_active over base and rows, doubtful ones left out
  std::size_t num_doubtful = 0;  ///< of base and rows, without a converged fit or a plan

  bool has_fit() const { return base.status != FitStatus::kFailed; }
  bool usable() const { return has_fit() && base.note.empty(); }
};

/// Throws InvalidArgument for a request that contradicts itself or its law, DataError for a table
/// or law that is not what it should be.
SensitivityOutcome sensitivity(const SensitivityRequest& request, const Context& context = {});

SensitivityRequest sensitivity_request(const nlohmann::ordered_json& json);
nlohmann::ordered_json to_json(const SensitivityRequest& request);
/// isoflop.sensitivity/1.
nlohmann::ordered_json to_json(const SensitivityOutcome& outcome);

}  // namespace isoflop::api
