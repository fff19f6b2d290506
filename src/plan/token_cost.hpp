// A cost (cost/cost.hpp) as a planner asks it: ln of what a token of training costs, and how that
// moves with size and granularity. Here law and cost part: neither is compiled for each of the
// other.
#pragma once

#include <utility>

#include "isoflop/cost/cost.hpp"
#include "plan/loss_surface.hpp"

namespace isoflop {

class TokenCost {
 public:
  virtual ~TokenCost() = default;

  virtual double log_cost(double log_n_active, double log_g) const = 0;
  /// The same as it moves with ln N_active, and with ln G.
  virtual Moving along_n(double log_n_active, double log_g) const = 0;
  virtual Moving along_g(double log_n_active, double log_g) const = 0;
  virtual double router_share(double log_n_active, double log_g) const = 0;
  virtual bool is_log_convex() const = 0;
};

template <Cost C>
class TokenCostOf final : public TokenCost {
 public:
  explicit TokenCostOf(C cost) : cost_(std::move(cost)) {}

  double log_cost(double log_n_active, double log_g) const override {
    return cost_.log_cost_per_token(log_n_active, log_g);
  }
  Moving along_n(double log_n_active, double log_g) const override {
    return as_moving(cost_.log_cost_per_token(dual_parameter<0, 1>(log_n_active), log_g));
  }
  Moving along_g(double log_n_active, double log_g) const override {
    return as_moving(cost_.log_cost_per_token(log_n_active, dual_parameter<0, 1>(log_g)));
  }
  double router_share(double log_n_active, double log_g) const override {
    return cost_.router_share(log_n_active, log_g);
  }
  bool is_log_convex() const override {
    if constexpr (requires { C::kLogConvex; }) return C::kLogConvex;
    return false;
  }

 private:
  template <bool Linear>
  static Moving as_moving(const Dual<double, 1u, 1, Linear>& x) {
    return {x.value, x.grad, {}};
  }
  static Moving as_moving(double x) {  // a cost that does not know of what moves
    Moving out = moving(x);
    out.grad[0] = 0.0;
    return out;
  }

  C cost_;
};

}  // namespace isoflop
