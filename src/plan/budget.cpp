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

double flops_per_gpu_second(std::string_view gpu, std::optional<double> share) {
  const double of_peak = share.value_or(kDefaultShare);
  if (of_peak > 1.0) {
    throw InvalidArgument("mfu", field("mfu") + " is a share of the peak, at most 1");
  }
  try {
    return of_peak * find_gpu(gpu).flops_per_s;
  } catch (const InvalidArgument& fault) {
    throw InvalidArgument("gpu", field("gpu") + ": " + fault.marked());
  }
}

double budget_of_gpu_hours(const PlanProblem& problem, double gpu_hours, double flops_per_second) {
  double seconds = kSecondsPerHour;
  if (!problem.time) seconds *= flops_per_second;
  return gpu_hours * seconds;
}

double gpu_hours_of(double gpus, double days) { return gpus * kHoursPerDay * days; }

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
