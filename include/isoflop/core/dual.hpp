/// Numbers that carry their exact derivatives with respect to the parameters of a law: the first
/// (Order 1) or the first and second (Order 2), over any scalar S (double, or Batch for eight runs
/// at once). Forward mode. The type says which parameters a number depends on (bit i of Mask) and
/// whether it does so linearly, so that no zero is ever stored or multiplied: a term of a law
/// depends on two or three of its coefficients, and every zero skipped is time in a fit.
/// Only the operations that formulas need are here.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace isoflop {

namespace detail {

/// Position of parameter `bit` among the parameters of `mask`.
constexpr std::size_t rank_in(unsigned mask, std::size_t bit) {
  return static_cast<std::size_t>(std::popcount(mask & ((1u << bit) - 1u)));
}
constexpr bool has(unsigned mask, std::size_t bit) { return ((mask >> bit) & 1u) != 0; }
constexpr std::size_t pair_index(std::size_t i, std::size_t j) { return i * (i + 1) / 2 + j; }

/// Calls f with every set bit of Mask as a compile-time constant.
template <unsigned Mask, class F>
constexpr void for_each_bit(F&& f) {
  [&]<std::size_t... Bit>(std::index_sequence<Bit...>) {
    auto one = [&]<std::size_t B>(std::integral_constant<std::size_t, B> bit) {
      if constexpr (has(Mask, B)) f(bit);
    };
    (one(std::integral_constant<std::size_t, Bit>{}), ...);
  }
  (std::make_index_sequence<32 - static_cast<std::size_t>(std::countl_zero(Mask))>{});
}

}  // namespace detail

template <class S, unsigned Mask, int Order = 1, bool Linear = false>
struct Dual {
  static_assert(Order == 1 || Order == 2);
  using Scalar = S;
  static constexpr unsigned kMask = Mask;
  static constexpr int kOrder = Order;
  static constexpr bool kLinear = Linear;
  static constexpr std::size_t kSize = static_cast<std::size_t>(std::popcount(Mask));
  static constexpr std::size_t kPairs = (Order == 2 && !Linear) ? kSize * (kSize + 1) / 2 : 0;

  S value;
  std::array<S, kSize> grad;   ///< d/dp for the parameters of Mask, in ascending order
  std::array<S, kPairs> hess;  ///< lower triangle by rows, in the same order

  /// d/dp_Bit; zero where the number does not depend on it.
  template <std::size_t Bit>
  S first() const {
    if constexpr (detail::has(Mask, Bit)) {
      return grad[detail::rank_in(Mask, Bit)];
    } else {
      return S(0.0);
    }
  }
  /// d2/dp_I dp_J for J <= I.
  template <std::size_t I, std::size_t J>
  S second() const {
    if constexpr (kPairs > 0 && detail::has(Mask, I) && detail::has(Mask, J)) {
      return hess[detail::pair_index(detail::rank_in(Mask, I), detail::rank_in(Mask, J))];
    } else {
      return S(0.0);
    }
  }
};

template <class T>
struct IsDual : std::false_type {};
template <class S, unsigned M, int O, bool L>
struct IsDual<Dual<S, M, O, L>> : std::true_type {};
template <class T>
concept DualNumber = IsDual<std::decay_t<T>>::value;
/// What a Dual takes as a plain number next to it.
template <class T, class D>
concept PlainFor = !DualNumber<T> && std::convertible_to<T, typename D::Scalar>;

/// Parameter `Bit` itself.
template <std::size_t Bit, int Order, class S>
Dual<S, 1u << Bit, Order, true> dual_parameter(const S& value) {
  Dual<S, 1u << Bit, Order, true> p;
  p.value = value;
  p.grad[0] = S(1.0);
  return p;
}

/// The parameters 0 ... P-1 as a tuple, for formulas that take their arguments apart.
template <int Order, class S, std::size_t P>
auto dual_parameters(const std::array<S, P>& values) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::make_tuple(dual_parameter<I, Order>(values[I])...);
  }
  (std::make_index_sequence<P>{});
}

namespace detail {

/// value, and wa da + wb db + [curved] the products of first derivatives; what every binary
/// operation is made of.
template <bool Product, class S, unsigned A, unsigned B, int O, bool LA, bool LB>
auto combine(const S& value, const Dual<S, A, O, LA>& a, const S& wa, const Dual<S, B, O, LB>& b,
             const S& wb) {
  using R = Dual<S, A | B, O, !Product && LA && LB>;
  R r;
  r.value = value;
  for_each_bit<(A | B)>([&](auto i) {
    constexpr std::size_t kI = i;
    S& g = r.grad[rank_in(R::kMask, kI)];
    if constexpr (has(A, kI) && has(B, kI)) {
      g = wa * a.template first<kI>() + wb * b.template first<kI>();
    } else if constexpr (has(A, kI)) {
      g = wa * a.template first<kI>();
    } else {
      g = wb * b.template first<kI>();
    }
    if constexpr (R::kPairs > 0) {
      for_each_bit<((A | B) & ((2u << kI) - 1u))>([&](auto j) {
        constexpr std::size_t kJ = j;
        S h(0.0);
        if constexpr (!LA && has(A, kI) && has(A, kJ)) h += wa * a.template second<kI, kJ>();
        if constexpr (!LB && has(B, kI) && has(B, kJ)) h += wb * b.template second<kI, kJ>();
        if constexpr (Product && has(A, kI) && has(B, kJ)) {
          h += a.template first<kI>() * b.template first<kJ>();
        }
        if constexpr (Product && has(A, kJ) && has(B, kI)) {
          h += a.template first<kJ>() * b.template first<kI>();
        }
        r.hess[pair_index(rank_in(R::kMask, kI), rank_in(R::kMask, kJ))] = h;
      });
    }
  });
  return r;
}

/// f(a), given f, f' and f'' at a.value.
template <class S, unsigned M, int O, bool L>
Dual<S, M, O, false> chain(const Dual<S, M, O, L>& a, const S& f, const S& f1, const S& f2) {
  Dual<S, M, O, false> r;
  r.value = f;
  for (std::size_t i = 0; i < a.kSize; ++i) r.grad[i] = f1 * a.grad[i];
  if constexpr (O == 2) {
    for (std::size_t i = 0; i < a.kSize; ++i) {
      const S slope = f2 * a.grad[i];
      for (std::size_t j = 0; j <= i; ++j) {
        r.hess[pair_index(i, j)] = slope * a.grad[j];
        if constexpr (!L) r.hess[pair_index(i, j)] += f1 * a.hess[pair_index(i, j)];
      }
    }
  }
  return r;
}

}  // namespace detail

template <class S, unsigned A, unsigned B, int O, bool LA, bool LB>
auto operator+(const Dual<S, A, O, LA>& a, const Dual<S, B, O, LB>& b) {
  return detail::combine<false>(S(a.value + b.value), a, S(1.0), b, S(1.0));
}
template <class S, unsigned A, unsigned B, int O, bool LA, bool LB>
auto operator-(const Dual<S, A, O, LA>& a, const Dual<S, B, O, LB>& b) {
  return detail::combine<false>(S(a.value - b.value), a, S(1.0), b, S(-1.0));
}
template <class S, unsigned A, unsigned B, int O, bool LA, bool LB>
auto operator*(const Dual<S, A, O, LA>& a, const Dual<S, B, O, LB>& b) {
  return detail::combine<true>(S(a.value * b.value), a, b.value, b, a.value);
}
template <DualNumber D, PlainFor<D> T>
D operator+(D a, const T& b) {
  a.value += typename D::Scalar(b);
  return a;
}
template <DualNumber D, PlainFor<D> T>
D operator+(const T& b, D a) {
  return a + b;
}
template <DualNumber D, PlainFor<D> T>
D operator-(D a, const T& b) {
  a.value -= typename D::Scalar(b);
  return a;
}
template <DualNumber D, PlainFor<D> T>
D operator*(D a, const T& factor) {
  const typename D::Scalar f(factor);
  a.value *= f;
  for (auto& g : a.grad) g *= f;
  for (auto& h : a.hess) h *= f;
  return a;
}
template <DualNumber D, PlainFor<D> T>
D operator*(const T& factor, D a) {
  return a * factor;
}
template <DualNumber D>
D operator-(const D& a) {
  return a * typename D::Scalar(-1.0);
}
template <DualNumber D, PlainFor<D> T>
D operator-(const T& b, const D& a) {
  return -a + b;
}

template <class S, unsigned M, int O, bool L>
auto exp(const Dual<S, M, O, L>& a) {
  using std::exp;
  const S e = exp(a.value);
  return detail::chain(a, e, e, e);
}
template <class S, unsigned M, int O, bool L>
auto log(const Dual<S, M, O, L>& a) {
  using std::log;
  const S inverse = S(1.0) / a.value;
  return detail::chain(a, S(log(a.value)), inverse, S(S(0.0) - inverse * inverse));
}

template <class S, unsigned M, int O, bool L>
auto inverse(const Dual<S, M, O, L>& a) {
  const S i = S(1.0) / a.value;
  return detail::chain(a, i, S(S(0.0) - i * i), S(S(2.0) * i * i * i));
}
template <DualNumber A, DualNumber B>
auto operator/(const A& a, const B& b) {
  return a * inverse(b);
}
template <DualNumber D, PlainFor<D> T>
D operator/(const D& a, const T& b) {
  return a * (typename D::Scalar(1.0) / typename D::Scalar(b));
}
template <DualNumber D, PlainFor<D> T>
auto operator/(const T& a, const D& b) {
  return a * inverse(b);
}

}  // namespace isoflop
