/// The model that can be built nearest to a size, for a run at a budget: what a cell of a sweep is.
#pragma once

#include <cstdint>
#include <optional>

#include "isoflop/plan/planner.hpp"
#include "isoflop/plan/shape_search.hpp"

namespace isoflop {

/// Of all models that shape_search.hpp calls buildable with this granularity, the one whose
/// N_active is nearest to exp(log_n_active) in the logarithm; of equals the one whose width over
/// depth is nearest to the family's. It trains on the tokens that `budget`, in FLOPs, pays for at
/// its own exact cost. excess_loss, budget_lost and gpu_hours are NaN. Nothing where no model can
/// be built. Requires a problem whose budgets are FLOPs; throws as search_shapes does.
std::optional<RealShape> nearest_shape(const PlanProblem& problem, const Planner& planner,
                                       double budget, double log_n_active,
                                       std::uint64_t granularity, const ShapeOptions& options);

/// GPU-hours of a shape's tokens at the time of its own layers. Requires a problem with a time.
double gpu_hours_of_shape(const PlanProblem& timed, const RealShape& shape);

}  // namespace isoflop
