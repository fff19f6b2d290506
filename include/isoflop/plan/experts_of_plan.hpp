/// The experts of planned models.
#pragma once

#include <optional>

#include "isoflop/plan/plan.hpp"
#include "isoflop/plan/plan_problem.hpp"
#include "isoflop/shape/experts.hpp"

namespace isoflop {

/// The rates that a law plans with; nothing for a law of dense models or unknown E.
std::optional<ExpertRates> rates_of_law(const PlanProblem& problem);
/// The same with the plan's G.
std::optional<ExpertRates> rates_of_plan(const PlanProblem& problem, const Plan& plan);
/// d_ff over d_model of the models that are planned: 4, or 8/3 where the times are those of gated
/// layers (SwiGLU), which have as many weights in three matrices. Nothing in a family of its own.
std::optional<double> d_ff_per_d_model(const PlanProblem& problem);
/// d_ff of a plan, where that is known.
std::optional<double> d_ff_of_plan(const PlanProblem& problem, const Plan& plan);

}  // namespace isoflop
