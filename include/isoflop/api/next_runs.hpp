/// isoflop::api::next_runs: what to train next so that the plan for a larger budget becomes more
/// certain.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

#include "isoflop/api/accounting_choice.hpp"
#include "isoflop/api/context.hpp"
#include "isoflop/api/input_file.hpp"
#include "isoflop/api/law_choice.hpp"
#include "isoflop/plan/next_runs.hpp"

namespace isoflop::api {

inline constexpr std::string_view kNextRunsFormat = "isoflop.next-runs/1";

struct NextRunsRequest {
  LawChoice law;
  AccountingChoice accounting;  ///< of the plan; G is continuous by default, or fixed
  std::optional<double> u, s;   ///< for laws that have them
  std::vector<std::pair<std::string, double>> set{};  ///< variables of the law's own, by name
  double target_flops = 0.0;  ///< the budget of the plan that is to become certain
  double budget_flops = 0.0;  ///< for all runs together
  std::uint64_t runs = NextRunsQuestion{}.max_runs;  ///< at most so many
  std::optional<double> noise;  ///< sd of the loss of a run in per cent; else as the fit's scatter
  double reach = NextRunsQuestion{}.reach;    ///< of N and D, over those of the runs behind the law
  std::optional<double> max_n, max_d, max_g;  ///< instead of what `reach` says
};

struct NextRunsOutcome {
  NextRunsRequest request;
  InputFiles inputs;
  PlanProblem problem;  ///< what was settled
  NextRunsQuestion question;
  double noise = 0.0;        ///< sd of ln L of a run
  double huber_delta = 0.0;  ///< of the fit that is to take the runs in
  NextRuns answer;

  double total_flops() const;
  bool usable() const { return !answer.runs.empty(); }
};

/// Throws InvalidArgument for a law without draws or noise, a request that contradicts itself or
/// leaves no run to choose, DataError for files.
NextRunsOutcome next_runs(const NextRunsRequest& request, const Context& context = {});

nlohmann::ordered_json to_json(const NextRunsOutcome& outcome);
nlohmann::ordered_json to_json(const NextRunsRequest& request);
NextRunsRequest next_runs_request(const nlohmann::ordered_json& request);

}  // namespace isoflop::api
