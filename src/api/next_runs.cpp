#include "isoflop/api/next_runs.hpp"

#include "api/next_runs_fields.hpp"
#include "api/planner_choice.hpp"
#include "isoflop/error.hpp"
#include "isoflop/fit/options.hpp"

namespace isoflop::api {
namespace {

PlanProblem problem_of(const NextRunsRequest& request) {
  const LawRecord law = load_law(request.law);
  AccountingChoice accounting = request.accounting;
  if (!accounting.granularity && accounting.search == "pow2") {
    throw InvalidArgument(
        "granularity",
        field("granularity") + ": intervals need a G that moves smoothly: continuous, or fixed");
  }
  if (!accounting.granularity && accounting.search.empty()) {
    accounting.search = has_granularity(law) ? "continuous" : "pow2";
  }
  PlanProblem out = pose(accounting, law);
  give_variables(out, request.u, request.s, request.set);
  return out;
}

/// sd of ln L of a run: what was said, else how far the runs of the fit scatter.
double noise_of(const NextRunsRequest& request, const LawRecord& law) {
  if (request.noise) return 0.01 * *request.noise;
  if (law.noise) return *law.noise;
  if (!law.draws.bootstrap.empty()) {
    throw InvalidArgument("noise", "the law's file does not say how far its runs scatter: add " +
                                       field("noise") + " PERCENT");
  }
  return 1.0;  // the missing draws are what will be complained of
}

}  // namespace

double NextRunsOutcome::total_flops() const {
  double sum = 0.0;
  for (const RunToTrain& run : answer.runs) sum += run.flops;
  return sum;
}

NextRunsOutcome next_runs(const NextRunsRequest& asked, const Context&) {
  const NextRunsRequest request = checked(asked);
  NextRunsOutcome out;
  out.request = asked;
  out.inputs = inputs_of(asked);
  out.problem = problem_of(request);
  out.noise = noise_of(request, out.problem.law);
  out.huber_delta = out.problem.law.huber_delta.value_or(FitOptions{}.huber_delta);
  out.question.target_flops = request.target_flops;
  out.question.budget_flops = request.budget_flops;
  out.question.max_runs = request.runs;
  out.question.reach = request.reach;
  out.question.max_n = request.max_n;
  out.question.max_d = request.max_d;
  out.question.max_g = request.max_g;
  out.question.noise = refit_noise(out.noise, out.huber_delta);
  out.answer = isoflop::next_runs(out.problem, out.question);
  return out;
}

}  // namespace isoflop::api
