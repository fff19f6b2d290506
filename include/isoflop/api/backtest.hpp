/// How well laws forecast runs that are hidden from them: formulas are fitted to the other runs,
/// laws with coefficients are asked as they are.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/api/context.hpp"
#include "isoflop/api/embeddings_choice.hpp"
#include "isoflop/api/fit_choice.hpp"
#include "isoflop/api/input_file.hpp"
#include "isoflop/api/run_conventions.hpp"
#include "isoflop/api/runs_choice.hpp"
#include "isoflop/core/run_table.hpp"
#include "isoflop/fit/backtest.hpp"
#include "isoflop/io/records.hpp"
#include "isoflop/laws/law_record.hpp"
#include "isoflop/plan/plan.hpp"

namespace isoflop::api {

inline constexpr std::string_view kBacktestFormat = "isoflop.backtest/1";

struct BacktestRequest {
  RunsChoice runs{};
  std::vector<std::string> laws{};       ///< formulas, published laws, law files
  std::string hold_out = "compute:20%";  ///< as parse_hold_out() reads it
  RunConventions conventions{};
  EmbeddingsChoice embeddings{};  ///< where an N with embeddings meets one without
  FitChoice fit{};
};

/// One law's forecast, and what planning with it would have lost.
struct ScoredLaw {
  std::string name;
  bool fitted = true;                      ///< else it has coefficients of its own
  std::vector<std::string> conversions{};  ///< of the table's numbers into the law's
  BacktestReport report{};
  /// FLOPs: the largest budget among the runs held out, and what the forecast's plan wastes of it
  /// if the law fitted to all runs holds.
  double plan_budget_flops = Plan::kNone, plan_error_flops = Plan::kNone;
  std::optional<double> plan_granularity{};  ///< held in both plans; empty: the law has none
};

struct BacktestOutcome {
  BacktestRequest request;
  InputFiles inputs;
  LawRecord table;       ///< what the numbers of the runs count; without coefficients
  std::string hold_out;  ///< the rule as it was understood
  RunTable runs;
  RecordLog records;  ///< how they were read
  Split split;
  std::vector<ScoredLaw> laws;

  /// One of the laws converged on the runs that were left.
  bool usable() const;
};

/// Throws InvalidArgument for a request that contradicts itself, the runs or a law, DataError for a
/// table or law that is not what it should be, and for too few runs.
BacktestOutcome backtest(const BacktestRequest& request, const Context& context = {});

BacktestRequest backtest_request(const nlohmann::ordered_json& json);
nlohmann::ordered_json to_json(const BacktestRequest& request);
/// isoflop.backtest/1.
nlohmann::ordered_json to_json(const BacktestOutcome& outcome);

}  // namespace isoflop::api
