/// A number with its first (Order 1) or first and second (Order 2) derivatives with respect to at
/// most P parameters, like Dual, but it is known only at run time on which of them it depends: what
/// a formula read from a file is evaluated on. Operations work in place, and touch only the
/// derivatives that exist.
#pragma once

#include <array>
#include <bit>
#include <cstddef>

#include "isoflop/core/dual.hpp"

namespace isoflop::detail {

/// Calls f with every set bit of `mask`, in ascending order.
template <class F>
void for_bits(unsigned mask, F&& f) {
  for (; mask != 0; mask &= mask - 1) f(static_cast<std::size_t>(std::countr_zero(mask)));
}

/// Calls f with the pair index of every i >= j, both set bits of `mask`.
template <class F>
void for_pairs(unsigned mask, F&& f) {
  for_bits(mask, [&](std::size_t i) {
    for_bits(mask & ((2u << i) - 1u), [&](std::size_t j) { f(pair_index(i, j)); });
  });
}

template <class S, std::size_t P, int Order>
struct Tracked {
  using Scalar = S;
  static constexpr std::size_t kPairs = Order == 2 ? P * (P + 1) / 2 : 0;

  S value;
  unsigned mask;               ///< bit i: depends on parameter i
  bool curved;                 ///< has second derivatives other than zero
  std::array<S, P> grad;       ///< defined for the bits of mask
  std::array<S, kPairs> hess;  ///< lower triangle by rows; defined for pairs of them where curved

  void set_plain(const S& plain) {
    value = plain;
    mask = 0;
    curved = false;
  }

  /// Becomes parameter `index`, or a function of it alone with these derivatives.
  void set_parameter(std::size_t index, const S& at, const S& first, const S* second) {
    value = at;
    mask = 1u << index;
    grad[index] = first;
    curved = second != nullptr;
    if constexpr (Order == 2) {
      if (curved) hess[pair_index(index, index)] = *second;
    }
  }

  /// Becomes f(*this), given f, f' and f'' at value.
  void chain(const S& f, const S& f1, const S& f2) {
    value = f;
    if constexpr (Order == 2) {
      for_bits(mask, [&](std::size_t i) {
        const S slope = f2 * grad[i];
        for_bits(mask & ((2u << i) - 1u), [&](std::size_t j) {
          S& h = hess[pair_index(i, j)];
          h = curved ? S(slope * grad[j] + f1 * h) : S(slope * grad[j]);
        });
      });
      curved = true;
    }
    for_bits(mask, [&](std::size_t i) { grad[i] *= f1; });
  }

  void scale(const S& factor) {
    value *= factor;
    scale_derivatives(factor);
  }

  /// Becomes wa * *this + wb * b in its derivatives; `at` is the new value.
  void blend(const S& at, const S& wa, const Tracked& b, const S& wb) {
    scale_derivatives(wa);
    make_room(b, b.curved);
    if (b.curved) add_second(b, wb);
    add_first(b, wb);
    value = at;
  }

  void add(const Tracked& b) {
    make_room(b, b.curved);
    if constexpr (Order == 2) {
      if (b.curved) for_pairs(b.mask, [&](std::size_t k) { hess[k] += b.hess[k]; });
    }
    for_bits(b.mask,
             [&](std::size_t i) { grad[i] = has(mask, i) ? S(grad[i] + b.grad[i]) : b.grad[i]; });
    mask |= b.mask;
    value += b.value;
  }

  void subtract(const Tracked& b) { blend(S(value - b.value), S(1.0), b, S(-1.0)); }

  void multiply(const Tracked& b) {
    if constexpr (Order == 2) {
      if (curved) for_pairs(mask, [&](std::size_t k) { hess[k] *= b.value; });
      make_room(b, true);
      if (b.curved) add_second(b, value);
      for_bits(mask, [&](std::size_t i) {
        for_bits(b.mask, [&](std::size_t j) {
          const S product = grad[i] * b.grad[j];
          S& h = hess[i >= j ? pair_index(i, j) : pair_index(j, i)];
          h += i == j ? S(product + product) : product;
        });
      });
    }
    for_bits(mask, [&](std::size_t i) { grad[i] *= b.value; });
    add_first(b, value);
    value *= b.value;
  }

 private:
  void scale_derivatives(const S& factor) {
    for_bits(mask, [&](std::size_t i) { grad[i] *= factor; });
    if constexpr (Order == 2) {
      if (curved) for_pairs(mask, [&](std::size_t k) { hess[k] *= factor; });
    }
  }

  /// Zeroes the second derivatives that this number gains by an operation with b.
  void make_room(const Tracked& b, bool gains) {
    if constexpr (Order == 2) {
      if (!curved && !gains) return;
      const unsigned both = mask | b.mask, known = curved ? mask : 0u;
      for_bits(both, [&](std::size_t i) {
        const unsigned kept = has(known, i) ? known : 0u;
        for_bits(both & ((2u << i) - 1u) & ~kept,
                 [&](std::size_t j) { hess[pair_index(i, j)] = S(0.0); });
      });
      curved = true;
    }
  }

  void add_second(const Tracked& b, const S& weight) {
    if constexpr (Order == 2) {
      for_pairs(b.mask, [&](std::size_t k) { hess[k] += weight * b.hess[k]; });
    }
  }

  void add_first(const Tracked& b, const S& weight) {
    for_bits(b.mask, [&](std::size_t i) {
      grad[i] = has(mask, i) ? S(grad[i] + weight * b.grad[i]) : S(weight * b.grad[i]);
    });
    mask |= b.mask;
  }
};

}  // namespace isoflop::detail
