/// isoflop::api::plan: the parameters, tokens and granularity to train with a budget and within
/// limits, how sure that is, what else the money could buy, and the models that can be built.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/api/budget_choice.hpp"
#include "isoflop/api/context.hpp"
#include "isoflop/api/doubt_choice.hpp"
#include "isoflop/api/embeddings_choice.hpp"
#include "isoflop/api/hyperparameter_choice.hpp"
#include "isoflop/api/input_file.hpp"
#include "isoflop/api/planner_choice.hpp"
#include "isoflop/api/shapes_choice.hpp"
#include "isoflop/api/time_choice.hpp"
#include "isoflop/api/versus_column.hpp"
#include "isoflop/io/launch_config.hpp"
#include "isoflop/plan/against_flops.hpp"
#include "isoflop/plan/best_expansion.hpp"
#include "isoflop/plan/plan.hpp"
#include "isoflop/plan/robust_plan.hpp"
#include "isoflop/plan/shape_search.hpp"
#include "isoflop/plan/table_time.hpp"
#include "isoflop/shape/experts.hpp"

namespace isoflop::api {

inline constexpr std::string_view kPlanFormat = "isoflop.plan/1";

struct PlanRequest {
  PlannerChoice planner;
  /// E is chosen too: the best of powers of two, where E is a variable of the law.
  bool free_expansion = false;
  BudgetChoice budget;
  TimeChoice time;
  ExpertWords counts;  ///< k0 and counts, from which E and G follow; its rates are not used
  EmbeddingsChoice embeddings;
  std::vector<std::string> versus;  ///< "dense", "coarse" or laws
  ShapesChoice shapes;
  HyperparameterChoice hyperparameters;  ///< of the runs of shapes
  DoubtChoice doubt;
};

/// A plan with what is said beside it: how another count of FLOPs moves it, where time parts from
/// FLOPs, money, and what is best where the law is uncertain.
struct PlanAnswer {
  Plan plan;
  std::optional<Plan> own_accounting;  ///< where FLOPs are not counted as the law's own are
  std::optional<AgainstFlops> against_flops;
  std::optional<RobustPlans> robust;
  double price = 0.0;            ///< 0: nobody said
  double gpu_hours = 0.0;        ///< of a budget in FLOPs on the GPU that was named; 0: none was
  std::optional<double> epochs;  ///< how often each unique token is seen, where tokens repeat
  /// In the unit of the budget, together all of it; where tokens are to be served.
  std::optional<double> training_budget, serving_budget;
};

/// The models around one plan, and the run of each.
struct ShapeAnswer {
  ShapeSearch search;
  std::vector<LaunchConfig> runs;  ///< of search.best
  /// Of the runs, what the law of hyperparameters does not hold for; empty where none was chosen.
  std::vector<std::vector<OutsideRange>> outside;
};

struct PlanOutcome {
  PlanRequest request;
  InputFiles inputs;
  PlanProblem problem;                     ///< what was settled
  std::optional<TableTime> time;           ///< where budgets are time
  std::vector<RivalExpansion> expansions;  ///< that were compared, where E was free
  std::vector<std::string> conversions;    ///< what was taken from the shape, and how
  std::vector<PlanAnswer> answers;         ///< one per budget
  std::vector<VersusColumn> versus;
  std::vector<ShapeAnswer> shapes;                   ///< one per budget, where they were asked for
  std::optional<HyperparameterLaw> hyperparameters;  ///< that the runs of shapes follow
  /// The run of a shape as a trainer wants to be told it; empty for a plan that is undetermined,
  /// unless that is accepted.
  std::string launch;

  std::vector<Plan> plans() const;
  /// Whether a budget has a plan, and none an undetermined one that was not accepted.
  bool usable() const;
};

/// Throws InvalidArgument for a request that contradicts itself or does not settle what is needed,
/// DataError for files, Error where nothing reaches a target loss or there is no shape to launch.
PlanOutcome plan(const PlanRequest& request, const Context& context = {});

nlohmann::ordered_json to_json(const PlanOutcome& outcome);
nlohmann::ordered_json to_json(const PlanRequest& request);
PlanRequest plan_request(const nlohmann::ordered_json& request);

}  // namespace isoflop::api
