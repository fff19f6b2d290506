// The one template of the planner: a law as a LossSurface. Any law that has N and D will do.
#pragma once

#include <array>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/law.hpp"
#include "plan/loss_surface.hpp"

namespace isoflop {

template <Law L>
class SurfaceOf final : public LossSurface {
 public:
  SurfaceOf(const L& law, std::span<const double> coefficients,
            const std::array<double, kNumVariables>& log_given = {})
      : law_(law), theta_(to_axis(law, coefficients)), log_given_(log_given) {}

  double log_loss(double log_n, double log_d, double log_g) const override {
    return at(log_n, log_d, log_g);
  }
  double slope(const Moving& log_n, const Moving& log_d, double log_g) const override {
    return at(log_n, log_d, log_g).template first<0>();
  }
  double slope(double log_n, const Moving& log_d, const Moving& log_g) const override {
    return at(log_n, log_d, log_g).template first<0>();
  }
  double slope(double log_n, const Moving& log_d, double log_g) const override {
    return at(log_n, log_d, log_g).template first<0>();
  }

  bool has_granularity() const override { return has_variable(law_, Variable::kG); }
  bool is_log_convex() const override {
    if constexpr (requires { L::kLogConvex; }) return L::kLogConvex;
    return false;
  }

 private:
  template <class N, class D, class G>
  auto at(const N& log_n, const D& log_d, const G& log_g) const {
    if constexpr (requires { L::kVariableCapacity; }) {
      return with_any_variables(log_n, log_d, log_g);
    } else {
      return with_variables(std::make_index_sequence<kNumVariablesOf<L>>{}, log_n, log_d, log_g);
    }
  }

  template <std::size_t... I, class N, class D, class G>
  auto with_variables(std::index_sequence<I...>, const N& n, const D& d, const G& g) const {
    return law_.log_loss(theta_, std::make_tuple(pick<L::kVariables[I]>(n, d, g)...));
  }
  template <Variable V, class N, class D, class G>
  auto pick(const N& n, const D& d, const G& g) const {
    if constexpr (V == Variable::kN) {
      return n;
    } else if constexpr (V == Variable::kD) {
      return d;
    } else if constexpr (V == Variable::kG) {
      return g;
    } else {
      return log_given_[index_of(V)];
    }
  }

  /// The same for a law whose variables are known only now: all numbers of the widest type.
  template <class N, class D, class G>
  auto with_any_variables(const N& n, const D& d, const G& g) const {
    using T = std::decay_t<decltype(n + d + g)>;
    std::array<T, kNumVariablesOf<L>> log_x;
    log_x.fill(T(g - g + (n - n) + (d - d)));
    const std::span<const Variable> variables = variables_of(law_);
    for (std::size_t v = 0; v < variables.size(); ++v) {
      const Variable id = variables[v];
      const T zero = log_x[v];
      log_x[v] = id == Variable::kN   ? T(zero + n)
                 : id == Variable::kD ? T(zero + d)
                 : id == Variable::kG ? T(zero + g)
                                      : T(zero + log_given_[index_of(id)]);
    }
    return law_.log_loss(theta_, log_x);
  }

  [[no_unique_address]] L law_;
  std::array<double, kNumCoefficients<L>> theta_;  // on the optimiser's axis
  std::array<double, kNumVariables> log_given_;
};

}  // namespace isoflop
