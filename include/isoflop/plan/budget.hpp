/// What may be spent, in the unit of a problem's cost: FLOPs, or seconds of one GPU.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "isoflop/plan/plan_problem.hpp"

namespace isoflop {

/// FLOPs that count as one second of this GPU: a share of the peak of its datasheet, by default the
/// 40 % that good training reaches. Throws InvalidArgument for a share above 1 and as find_gpu
/// does.
double flops_per_gpu_second(std::string_view gpu, std::optional<double> share);

/// The same of a GPU that does so many dense FLOPs per second at its peak.
double flops_per_gpu_second(double peak_flops_per_s, std::optional<double> share);

/// Hours of one GPU in the unit of the problem's cost; `flops_per_second` is used where that is
/// FLOPs.
double budget_of_gpu_hours(const PlanProblem& problem, double gpu_hours, double flops_per_second);

/// So many GPUs for so many days.
double gpu_hours_of(double gpus, double days);

/// Share of a plan's budget that trains; the rest serves the tokens of its limits, a third of a
/// trained token's cost each.
double training_share(const Limits& limits, double d_tokens);

/// How often each unique token is seen; nothing where all tokens are new or nobody said how many
/// there are.
std::optional<double> epochs_of(const PlanProblem& problem, double d_tokens);

/// Money per unit of the problem's cost.
double price_per_unit(const PlanProblem& problem, double price_per_gpu_hour,
                      double flops_per_second);

/// The least budget that reaches each loss [nats per token]; nothing for a loss that none reaches
/// under the problem's law and limits.
std::vector<std::optional<double>> budgets_for(const PlanProblem& problem,
                                               const std::vector<double>& losses);

}  // namespace isoflop
