#include "api/budget_choice.hpp"

#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/plan/budget.hpp"

namespace isoflop::api {
namespace {

std::string kinds_of_budget() {
  return field("flops") + ", " + field("gpu_hours") + ", " + field("gpus") + " and " +
         field("days") + ", or " + field("target_loss");
}

void require_one_kind(const BudgetChoice& choice) {
  if (choice.gpus.has_value() == choice.days.empty()) {
    throw InvalidArgument(choice.gpus ? "days" : "gpus",
                          field("gpus") + " and " + field("days") + " belong together");
  }
  const int kinds = (choice.flops.empty() ? 0 : 1) + (choice.gpu_hours.empty() ? 0 : 1) +
                    (choice.gpus ? 1 : 0) + (choice.target_loss.empty() ? 0 : 1);
  if (kinds == 0) throw InvalidArgument("say what may be spent: " + kinds_of_budget());
  if (kinds > 1) throw InvalidArgument("give one kind of budget: " + kinds_of_budget());
}

std::vector<double> reaching(const PlanProblem& problem, const std::vector<double>& losses) {
  std::vector<double> out;
  for (const std::optional<double>& budget : budgets_for(problem, losses)) {
    if (!budget) {
      throw Error(field("target_loss") + " " + format_number(losses[out.size()]) +
                  ": no budget reaches it under this law and these limits");
    }
    out.push_back(*budget);
  }
  return out;
}

}  // namespace

void list_fields(FieldVisitor& f, BudgetChoice& choice) {
  f.amounts("flops", choice.flops);
  f.amounts("gpu_hours", choice.gpu_hours);
  f.number("gpus", choice.gpus, Numbers::kWhole);
  if (choice.days.size() == 1) {  // written as one number, as it was while there could be no more
    f.number("days", choice.days.front(), Numbers::kPositive);
  } else {
    f.amounts("days", choice.days);
  }
  f.amounts("target_loss", choice.target_loss);
  f.number("price_per_gpu_hour", choice.price_per_gpu_hour, Numbers::kPositive);
  f.text("gpu", choice.gpu);
  f.number("peak_flops", choice.peak_flops, Numbers::kPositive);
  f.number("mfu", choice.mfu, Numbers::kPositive);
}

double flops_per_gpu_second(const BudgetChoice& choice) {
  if (!choice.gpu.empty() && choice.peak_flops) {
    throw InvalidArgument("peak_flops", field("gpu") + " and " + field("peak_flops") +
                                            " say the same; give one or the other");
  }
  if (choice.peak_flops) return isoflop::flops_per_gpu_second(*choice.peak_flops, choice.mfu);
  if (!choice.gpu.empty()) return isoflop::flops_per_gpu_second(choice.gpu, choice.mfu);
  if (choice.mfu) {
    throw InvalidArgument(
        "gpu", field("mfu") + " is a share of the peak of " + field("gpu") + ", which is missing");
  }
  return 0.0;
}

double price_per_unit(const PlanProblem& problem, const BudgetChoice& choice) {
  if (!choice.price_per_gpu_hour) return 0.0;
  const double rate = problem.time ? 0.0 : flops_per_gpu_second(choice);
  if (!problem.time && rate == 0.0) {
    throw InvalidArgument("price_per_gpu_hour",
                          field("price_per_gpu_hour") + " needs " + field("cost_table") +
                              " FILE, or " + field("gpu") + " NAME and " + field("mfu") + " X");
  }
  return isoflop::price_per_unit(problem, *choice.price_per_gpu_hour, rate);
}

std::vector<double> budgets_of(const PlanProblem& problem, const BudgetChoice& choice) {
  require_one_kind(choice);
  if (!choice.flops.empty()) return choice.flops;
  if (!choice.target_loss.empty()) return reaching(problem, choice.target_loss);
  const double rate = problem.time ? 0.0 : flops_per_gpu_second(choice);
  if (!problem.time && rate == 0.0) {
    throw InvalidArgument("hours of a GPU count by " + field("cost_table") + " FILE, or by " +
                          field("gpu") + " NAME and " + field("mfu") + " X");
  }
  std::vector<double> out = choice.gpu_hours;
  for (const double days : choice.days) out.push_back(gpu_hours_of(*choice.gpus, days));
  for (double& x : out) x = budget_of_gpu_hours(problem, x, rate);
  return out;
}

}  // namespace isoflop::api
