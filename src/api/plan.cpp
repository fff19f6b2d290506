#include "isoflop/api/plan.hpp"

#include <algorithm>
#include <cmath>

#include "api/budget_choice.hpp"
#include "api/doubt_choice.hpp"
#include "api/plan_answers.hpp"
#include "api/plan_fields.hpp"
#include "api/plan_problem.hpp"
#include "api/planner_choice.hpp"
#include "api/shapes_choice.hpp"
#include "api/time_choice.hpp"
#include "api/versus_column.hpp"
#include "isoflop/core/stop_if_cancelled.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::api {
namespace {

std::optional<TableTime> time_of(PlanProblem& problem, const PlanRequest& request) {
  if (!request.time.cost_table.empty() && !request.budget.flops.empty()) {
    throw InvalidArgument("flops", "a cost table counts time: use " + field("gpu_hours") + ", or " +
                                       field("gpus") + " and " + field("days"));
  }
  if (!request.time.cost_table.empty() && request.budget.peak_flops) {
    throw InvalidArgument("peak_flops",
                          field("peak_flops") + " stands for a cost table; give one or the other");
  }
  if (!request.time.cost_table.empty() && (!request.budget.gpu.empty() || request.budget.mfu)) {
    throw InvalidArgument("gpu", field("gpu") + " and " + field("mfu") +
                                     " stand for a cost table; give one or the other");
  }
  return use_time(problem, request.time);
}

[[noreturn]] void refuse_free(const std::string& why) {
  throw InvalidArgument("expansion", field("expansion") + " free" + why);
}

/// The expansion rates that may be compared: those that the runs behind the law had. Needs a limit
/// on memory, the only thing that more experts cost where FLOPs count active parameters.
Range expansions_to_compare(const PlanRequest& request, const LawRecord& named) {
  const LawRecord law = load_law(request.planner.law, named);
  const std::optional<Range>& range = law.ranges[Variable::kE];
  if (!law_has_variable(law, Variable::kE) || !range) {
    refuse_free(": " + request.planner.law.law + " " +
                (law.expansion ? "holds for E = " + format_number(*law.expansion) + " alone"
                               : "has no E whose range is known"));
  }
  if (!request.planner.limits.max_memory_gb) {
    refuse_free(": more experts cost no FLOPs, so that E = " + format_number(range->high) +
                ", the most that the runs behind the law had, would win: add " +
                field("max_memory_gb"));
  }
  if (!request.budget.target_loss.empty()) {
    refuse_free(" goes with " + field("flops") + ", " + field("gpu_hours") + ", or " +
                field("gpus") + " and " + field("days"));
  }
  return *range;
}

/// Settles a free E as the one with the lowest loss.
std::vector<RivalExpansion> choose_expansion(PlanRequest& request, const LawRecord& law) {
  if (!request.free_expansion) return {};
  const Range range = expansions_to_compare(request, law);
  std::vector<RivalExpansion> out = rival_expansions(range, [&](double expansion) {
    request.planner.law.expansion = expansion;
    std::vector<std::string> unused;
    PlanProblem problem = pose(request, law, unused);
    time_of(problem, request);
    const std::vector<double> budgets = budgets_of(problem, request.budget);
    if (budgets.size() != 1) refuse_free(" is for one budget at a time");
    return plan_law(problem, budgets).front();
  });
  request.planner.law.expansion = best_expansion(out).expansion;
  return out;
}

/// Some budgets at a time, so that the work can be cancelled between them.
std::vector<PlanAnswer> answers_of(const PlanRequest& request, const PlanProblem& problem,
                                   const Context& context) {
  constexpr std::size_t kAtOnce = 32;
  const double rate = flops_per_gpu_second(request.budget);
  const double price = price_per_unit(problem, request.budget);
  const std::vector<double> budgets = budgets_of(problem, request.budget);
  std::vector<PlanAnswer> out;
  for (auto next = budgets.begin(); next != budgets.end();) {
    stop_if_cancelled(context.cancelled);
    const auto end = next + std::min<std::ptrdiff_t>(kAtOnce, budgets.end() - next);
    for (PlanAnswer& answer : answer_plans(problem, {next, end}, price, rate)) {
      out.push_back(std::move(answer));
    }
    next = end;
  }
  return out;
}

std::vector<ShapeAnswer> shapes_of(const PlanRequest& request, const PlanOutcome& outcome,
                                   const Context& context) {
  const PlanProblem& problem = outcome.problem;
  std::vector<ShapeAnswer> out;
  if (!wants_shapes(request.shapes, request.hyperparameters)) return out;
  const double rate = flops_per_gpu_second(request.budget);
  for (const PlanAnswer& answer : outcome.answers) {
    stop_if_cancelled(context.cancelled);
    if (problem.time && !answer.plan.usable()) throw Error("there is no plan to build a model for");
    ShapeAnswer& around = out.emplace_back();
    around.search = search_shapes(problem, answer.plan.budget,
                                  options_of(request.shapes, request.embeddings, problem));
    for (RealShape& shape : around.search.best) {
      if (rate > 0.0) {  // by a share of a GPU's peak
        shape.gpu_hours = shape.d_tokens * shape.flops_per_token / rate / kSecondsPerHour;
      }
      FilledRun run = run_of(shape, request.shapes, problem, outcome.hyperparameters);
      around.runs.push_back(std::move(run.config));
      if (outcome.hyperparameters) around.outside.push_back(std::move(run.outside));
    }
  }
  return out;
}

std::string launch_of(const PlanRequest& request, const PlanOutcome& outcome) {
  if (request.shapes.emit.empty()) return "";
  if (outcome.shapes.size() != 1) {
    throw InvalidArgument("emit", field("emit") + " is for one budget at a time");
  }
  const std::string out = emitted(outcome.shapes.front(), request.shapes);
  const bool doubted = outcome.answers.front().plan.undetermined();
  return doubted && !request.doubt.accept_undetermined ? "" : out;
}

}  // namespace

std::vector<Plan> PlanOutcome::plans() const {
  std::vector<Plan> out;
  for (const PlanAnswer& answer : answers) out.push_back(answer.plan);
  return out;
}

bool PlanOutcome::usable() const {
  auto any = [&](auto&& holds) {
    return std::any_of(answers.begin(), answers.end(),
                       [&](const PlanAnswer& answer) { return holds(answer.plan); });
  };
  const bool doubted = any([](const Plan& p) { return p.undetermined(); });
  return any([](const Plan& p) { return p.usable(); }) &&
         (request.doubt.accept_undetermined || !doubted);
}

PlanOutcome plan(const PlanRequest& asked, const Context& context) {
  PlanRequest request = checked(asked);
  PlanOutcome out;
  out.request = asked;
  out.inputs = inputs_of(asked);
  const DoubtThresholds thresholds = thresholds_of(request.doubt);
  const LawRecord law = find_law(request.planner.law.law);
  out.expansions = choose_expansion(request, law);
  out.problem = pose(request, law, out.conversions);
  require_meant(request.planner, out.problem, context);
  out.time = time_of(out.problem, request);
  if (context.intervals) {
    add_time_draws(out.problem);
  } else {
    out.problem.law.draws = {};
  }
  out.answers = answers_of(request, out.problem, context);
  for (PlanAnswer& answer : out.answers) answer.plan.doubts = doubts_of(answer.plan, thresholds);
  const std::vector<Plan> plans = out.plans();
  require_meant(request.doubt, plans, context);
  out.versus = versus_columns(out.problem, request.versus, plans);
  out.hyperparameters = load_hyperparameters(request.hyperparameters);
  out.shapes = shapes_of(request, out, context);
  std::vector<ModelShape> models;
  for (const ShapeAnswer& around : out.shapes) {
    for (const RealShape& model : around.search.best) models.push_back(model.shape);
  }
  require_meant(request.shapes, models, context);
  out.launch = launch_of(request, out);
  return out;
}

}  // namespace isoflop::api
