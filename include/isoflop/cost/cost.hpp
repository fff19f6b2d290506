/// What a planner needs to know of a cost: how much of a budget one token of training takes. The
/// unit is that of the budget: FLOPs, or seconds of one GPU.
#pragma once

#include <concepts>

namespace isoflop {

/// log_cost_per_token(log_n_active, log_g): ln of what one token of training (forward and backward)
/// costs with n_active active parameters and granularity g; increasing in log_n_active; any scalar
/// (double, Dual). router_share: the part of it that routing takes, NaN where that is not known.
/// A cost may add `kLogConvex = true`: log_cost_per_token is convex in (log_n_active, log_g), as
/// that of every sum of powers is. A planner then need not scan for valleys.
template <class C>
concept Cost = requires(const C& cost, double x) {
  { cost.log_cost_per_token(x, x) } -> std::same_as<double>;
  { cost.router_share(x, x) } -> std::same_as<double>;
};

}  // namespace isoflop
