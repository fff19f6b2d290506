#include "isoflop/plan/budget.hpp"

#include <cmath>

#include "isoflop/cost/gpus.hpp"
#include "isoflop/error.hpp"
#include "isoflop/plan/planner.hpp"

namespace isoflop {
namespace {

constexpr double kHoursPerDay = 24.0;
constexpr double kDefaultShare = 0.4;

}  // namespace

double flops_per_gpu_second(double peak_flops_per_s, std::optional<double> share) {
  const double of_peak = share.value_or(kDefaultShare);
  if (of_peak > 1.0) {
    throw InvalidArgument("mfu", field("mfu") + " is a share of the peak, at most 1");
  }
  return of_peak * peak_flops_per_s;
}

double flops_per_gpu_second(std::string_view gpu, std::optional<double> share) {
  flops_per_gpu_second(0.0, share);  // the share is refused first
  double peak = 0.0;
  try {
    peak = find_gpu(gpu).flops_per_s;
  } catch (const InvalidArgument& fault) {
    throw InvalidArgument("gpu", field("gpu") + ": " + fault.marked() + "; of another card say " +
                                     field("peak_flops"));
  }
  return flops_per_gpu_second(peak, share);
}

double budget_of_gpu_hours(const PlanProblem& problem, double gpu_hours, double flops_per_second) {
  double seconds = kSecondsPerHour;
  if (!problem.time) seconds *= flops_per_second;
  return gpu_hours * seconds;
}

double gpu_hours_of(double gpus, double days) { return gpus * kHoursPerDay * days; }

double training_share(const Limits& limits, double d_tokens) {
  return d_tokens / (d_tokens + limits.inference_tokens / 3.0);
}

std::optional<double> epochs_of(const PlanProblem& problem, double d_tokens) {
  const double given = problem.given[index_of(Variable::kU)];
  const double unique = std::isnan(given) ? problem.unique_tokens : given;
  if (!(d_tokens > unique)) return std::nullopt;
  return d_tokens / unique;
}

double price_per_unit(const PlanProblem& problem, double price_per_gpu_hour,
                      double flops_per_second) {
  const double per_second = price_per_gpu_hour / kSecondsPerHour;
  return problem.time ? per_second : per_second / flops_per_second;
}

std::vector<std::optional<double>> budgets_for(const PlanProblem& problem,
                                               const std::vector<double>& losses) {
  const Planner planner = Planners(problem).own();
  std::vector<std::optional<double>> out;
  for (const double loss : losses) {
    const auto log_budget = planner.log_budget_for(std::log(loss), problem.search);
    out.push_back(log_budget ? std::optional(std::exp(*log_budget)) : std::nullopt);
  }
  return out;
}

}  // namespace isoflop
