/// Time as a sum of what a stage has to do, each part at a rate of its own.
///   t = a + b products + F_padded / P + weight bytes / B_w + activation bytes / B_a
/// with no coefficient negative; products: GEMMs, one per expert.
/// Unlike the maximum of a roofline this charges arithmetic and traffic even where they overlap in
/// part, and a fixed time for launching; the rates are those that kernels reach, not peaks. The
/// time per product is what is spent on every expert however little there is to multiply.
#pragma once

#include <span>

#include "isoflop/cost/moe_work.hpp"

namespace isoflop {

struct AffineTime {
  double fixed_s = 0.0;                ///< a
  double s_per_flop = 0.0;             ///< 1 / P; 0 where arithmetic costs nothing
  double s_per_weight_byte = 0.0;      ///< 1 / B_w
  double s_per_activation_byte = 0.0;  ///< 1 / B_a
  double s_per_product = 0.0;          ///< b

  double seconds(const StageWork& work) const {
    return fixed_s + s_per_flop * work.padded_flops + s_per_weight_byte * work.weight_bytes +
           s_per_activation_byte * work.activation_bytes + s_per_product * work.products;
  }
};

/// What was to do, and how long it took.
struct TimedWork {
  StageWork work;
  double time_s;
};

/// The coefficients that minimise sum ((t_fit - t) / t)^2 subject to none being negative, exactly:
/// the optimum is the unconstrained one on those coefficients that are not zero, so all 32 choices
/// of them are tried. Where the data cannot tell two columns apart, one of them gets it all; fewer
/// than five different kinds of work leave coefficients undetermined, at zero.
/// Precondition: every time is positive. Nothing at all where there is no data.
AffineTime fit_affine_time(std::span<const TimedWork> data);

}  // namespace isoflop
