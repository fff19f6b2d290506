/// One row through one expert and back, in float64: what the reference of the layer is made of.
///   h = W1 x,  a = act(h),  y = W2 a
///   dy = w d_out,  da = W2^T dy,  dh = act'(h) da,  dx = W1^T dh      w: the weight of this expert
///   SwiGLU: act(g, u) = g sigmoid(g) u, g the first n values of h and u the last n
///   GELU: h Phi(h), Phi by the error function and not by tanh;  ReLU: max(h, 0), 0 at 0
/// Shazeer 2020, arXiv 2002.05202, Eq. 6; Hendrycks and Gimpel 2016, arXiv 1606.08415.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isoflop/cost/moe_layer.hpp"

namespace isoflop::bench {

using Reals = std::vector<double>;
using RealSpan = std::span<const double>;

Reals to_real(std::span<const std::uint16_t> bf16);

/// Whether what the benchmark's kernels write to memory in bf16 is rounded here as well. The
/// reference is exact; rounding shows how far an exact pipeline of the same stores may be off.
enum class Stores { kExact, kBf16 };

double stored(double value, Stores stores);
void store(Reals& values, Stores stores);

/// act and its derivatives by what it is given; up means nothing but for SwiGLU.
struct Activated {
  double value, d_gate, d_up;
};
Activated activate(Activation activation, double gate, double up);

double dot(RealSpan a, RealSpan b);
/// y += factor x.
void add_scaled(double factor, RealSpan x, std::span<double> y);

/// The matrices of one expert: w1 [u n, d], w2 [d, n].
struct ExpertMatrices {
  RealSpan w1, w2;
};
struct ForwardRow {
  Reals h;  ///< [u n]
  Reals a;  ///< [n]
  Reals y;  ///< [d]
};
struct BackwardRow {
  Reals d_y;  ///< [d]
  Reals d_h;  ///< [u n]
  Reals d_x;  ///< [d]
};
/// x [d].
ForwardRow forward_row(const MoeLayer& layer, const ExpertMatrices& expert, RealSpan x,
                       Stores stores);
/// d_out [d]; h [u n] of the forward pass.
BackwardRow backward_row(const MoeLayer& layer, const ExpertMatrices& expert, RealSpan h,
                         double weight, RealSpan d_out, Stores stores);

}  // namespace isoflop::bench
