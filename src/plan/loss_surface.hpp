// A law with its coefficients, as a planner asks it: ln loss at (ln N, ln D, ln G) as the law
// counts them, and its slope where these move along a line. One virtual call stands between the
// search, which is compiled once, and the formula of a law.
#pragma once

#include <array>
#include <memory>
#include <span>

#include "isoflop/core/dual.hpp"
#include "isoflop/core/variable.hpp"
#include "isoflop/laws/any_law.hpp"

namespace isoflop {

/// A number on a line: its value there, and its derivative along the line.
using Moving = Dual<double, 1u, 1>;

/// The parameter of the line itself.
inline Moving moving(double value) {
  Moving out;
  out.value = value;
  out.grad[0] = 1.0;
  return out;
}

class LossSurface {
 public:
  virtual ~LossSurface() = default;

  virtual double log_loss(double log_n, double log_d, double log_g) const = 0;

  /// d ln L along the line on which these move.
  virtual double slope(const Moving& log_n, const Moving& log_d, double log_g) const = 0;
  virtual double slope(double log_n, const Moving& log_d, const Moving& log_g) const = 0;
  virtual double slope(double log_n, const Moving& log_d, double log_g) const = 0;

  virtual bool has_granularity() const = 0;
  /// Whether the law says that there is one valley in ln N, and in ln G.
  virtual bool is_log_convex() const = 0;
};

/// Of a law with coefficients [P] in their own units. log_given: ln of the variables
/// beside N, D and G, by Variable. Throws InvalidArgument for what are no coefficients of the law,
/// and for a law that gives no loss from N and D.
std::shared_ptr<const LossSurface> loss_surface(const AnyLaw& law,
                                                std::span<const double> coefficients,
                                                const std::array<double, kNumVariables>& log_given);

}  // namespace isoflop
