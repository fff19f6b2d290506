/// The activations between the projections of an expert, and their derivatives, for any floating
/// scalar, on the CPU and in kernels.
///   SwiGLU: a = f(gate) up,  f(x) = x / (1 + exp(-x))      Shazeer 2020, arXiv 2002.05202, Eq. 6
///   GELU:   a = f(h),        f(x) = x Phi(x), Phi the normal distribution (not its tanh form)
///                                             Hendrycks and Gimpel 2016, arXiv 1606.08415, Eq. 1
///   ReLU:   a = f(h),        f(x) = max(x, 0), derivative 0 at 0
#pragma once

#include <cmath>
#include <type_traits>

#include "cuda/kernels/index_math.hpp"
#include "isoflop/cost/moe_layer.hpp"

namespace isoflop::bench {

/// Of both signs without overflow: exp(-x) may become infinite, its reciprocal then is 0. Kernels
/// take the fast exponential and division, whose few units of the last place vanish in bf16: with
/// the exact ones arithmetic and not memory would set their time.
template <class T>
ISOFLOP_HD inline T sigmoid(T x) {
#ifdef __CUDA_ARCH__
  if constexpr (std::is_same_v<T, float>) return __fdividef(1.0f, 1.0f + __expf(-x));
#endif
  return T(1) / (T(1) + std::exp(-x));
}

/// Phi(x), to an absolute error of one rounding: 1 + erf cancels in the left tail.
template <class T>
ISOFLOP_HD inline T normal_distribution(T x) {
  constexpr T kInverseSqrt2 = T(0.70710678118654752440);
  return T(0.5) * (T(1) + std::erf(x * kInverseSqrt2));
}

/// f(x) of the activation; of SwiGLU the part that belongs to the gate.
template <class T>
ISOFLOP_HD inline T activation_value(Activation activation, T x) {
  switch (activation) {
    case Activation::kSwiGlu:
      return x * sigmoid(x);
    case Activation::kGelu:
      return x * normal_distribution(x);
    case Activation::kRelu:
      break;
  }
  return x > T(0) ? x : T(0);
}

/// f'(x).
template <class T>
ISOFLOP_HD inline T activation_derivative(Activation activation, T x) {
  switch (activation) {
    case Activation::kSwiGlu: {
      const T s = sigmoid(x);
      return s * (T(1) + x * (T(1) - s));
    }
    case Activation::kGelu: {
      constexpr T kInverseSqrtTwoPi = T(0.39894228040143267794);
      return normal_distribution(x) + x * kInverseSqrtTwoPi * std::exp(T(-0.5) * x * x);
    }
    case Activation::kRelu:
      break;
  }
  return x > T(0) ? T(1) : T(0);
}

}  // namespace isoflop::bench
