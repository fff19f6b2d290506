#include "isoflop/api/granularity.hpp"

#include "api/granularity_fields.hpp"
#include "api/planner_choice.hpp"
#include "api/time_choice.hpp"
#include "api/words.hpp"
#include "isoflop/error.hpp"

namespace isoflop::api {
namespace {

SameCostQuestion question_of(const GranularityRequest& request) {
  if (request.reference < 1.0 || request.max_g < 1.0) {
    throw InvalidArgument(request.reference < 1.0 ? "reference" : "max_g",
                          field("reference") + " and " + field("max_g") + " are at least 1");
  }
  if (request.max_g < request.reference) {
    throw InvalidArgument("max_g", field("max_g") + " is below " + field("reference") +
                                       ", which every G is compared with");
  }
  return {request.n_active, request.d, request.reference, request.max_g};
}

PlanProblem problem_of(const GranularityRequest& request, const Context& context) {
  PlanProblem out = pose(request.planner, load_law(request.planner.law));
  if (!has_granularity(out.law)) {
    throw InvalidArgument("law", "the law " + out.law.law.name() + " has no granularity");
  }
  if (out.limits.any() || out.search.search != GranularitySearch::kPowersOfTwo) {
    throw InvalidArgument("this command holds N and compares every G: limits and " +
                          field("granularity") + " belong to isoflop plan");
  }
  if (request.planner.max_granularity != PlannerChoice{}.max_granularity) {
    throw InvalidArgument("max_granularity", field("max_granularity") +
                                                 " belongs to isoflop plan; the finest G that is "
                                                 "compared here is " +
                                                 field("max_g"));
  }
  require_meant(request.planner, out, context);
  out.search.max_granularity = request.max_g;
  return out;
}

/// The column of a micro-batch; "" is that of the table.
GranularityColumn timed_column(const GranularityRequest& request, const SameCostQuestion& question,
                               PlanProblem problem, const std::string& micro_batch) {
  TimeChoice time = request.time;
  if (!micro_batch.empty()) time.micro_batch = read_positive("micro_batch", micro_batch);
  GranularityColumn out;
  out.by = micro_batch.empty() ? "time" : "time at " + micro_batch + " tokens";
  out.time = use_time(problem, time);
  out.runs = same_cost_runs(problem, question);
  return out;
}

}  // namespace

GranularityOutcome granularity(const GranularityRequest& asked, const Context& context) {
  const GranularityRequest request = checked(asked);
  const SameCostQuestion question = question_of(request);
  GranularityOutcome out;
  out.request = asked;
  out.inputs = inputs_of(asked);
  out.problem = problem_of(request, context);
  out.columns.push_back({"FLOPs", std::nullopt, same_cost_runs(out.problem, question)});
  std::vector<std::string> batches = request.micro_batch;
  if (batches.empty() && !request.time.cost_table.empty()) batches.emplace_back();
  for (const std::string& batch : batches) {
    out.columns.push_back(timed_column(request, question, out.problem, batch));
  }
  return out;
}

}  // namespace isoflop::api
