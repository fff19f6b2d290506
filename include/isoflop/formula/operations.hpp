/// The mathematics of a formula's steps, in place, on any scalar: double, Batch, Dual, Tracked,
/// ceres::Jet. Every function is written once, by its value and its first two derivatives.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "isoflop/core/batch.hpp"
#include "isoflop/core/dual.hpp"
#include "isoflop/core/log_sum_exp.hpp"

namespace isoflop::detail {

enum class Op : std::uint8_t {
  kConstant,     // a number
  kLogVariable,  // the natural logarithm of a variable, as the caller gives it
  kVariable,     // a plain variable, as the caller gives it
  kCoefficient,
  kPlain,  // a number that depends on variables only
  kNegate,
  kReciprocal,
  kExp,
  kLog,
  kSqrt,
  kTanh,
  kAbs,
  kWholePower,  // x^n with a whole n, by multiplication
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kMin,
  kMax,
};

constexpr bool is_binary(Op op) { return op >= Op::kAdd; }

/// The scalar below the derivatives.
template <class T>
using Part = decltype(scalar_part(std::declval<const T&>()));

template <class T>
concept TrackedNumber = requires(T t) {
  t.set_plain(t.value);
};
template <class T>
concept JetNumber = requires(T t) {
  t.a;
  t.v;
};

template <class T, class S>
void set_plain(T& a, const S& plain) {
  if constexpr (TrackedNumber<T>) {
    a.set_plain(plain);
  } else if constexpr (DualNumber<T> && !DualNumber<S>) {
    a.value = plain;
    for (auto& g : a.grad) g = Part<T>(0.0);
    for (auto& h : a.hess) h = Part<T>(0.0);
  } else {
    a = T(plain);
  }
}

/// a = f(a), given f, f' and f'' at the value of a.
template <class T, class S>
void chain_into(T& a, const S& f, const S& f1, const S& f2) {
  if constexpr (TrackedNumber<T>) {
    a.chain(f, f1, f2);
  } else if constexpr (DualNumber<T>) {
    a = chain(a, f, f1, f2);
  } else if constexpr (JetNumber<T>) {
    a.v = f1 * a.v;
    a.a = f;
  } else {
    a = f;
  }
}

/// a = `value`, with derivatives wa da + wb db.
template <class T, class S>
void blend_into(T& a, const S& value, const S& wa, const T& b, const S& wb) {
  if constexpr (TrackedNumber<T>) {
    a.blend(value, wa, b, wb);
  } else if constexpr (DualNumber<T>) {
    a = combine<false>(value, a, wa, b, wb);
  } else if constexpr (JetNumber<T>) {
    a.v = wa * a.v + wb * b.v;
    a.a = value;
  } else {
    a = value;
  }
}

template <class S>
S whole_power(S x, unsigned n) {
  S result(1.0);
  for (; n != 0; n >>= 1) {
    if (n & 1u) result *= x;
    x *= x;
  }
  return result;
}

/// a = op(a). `number` is the exponent of kWholePower, which is not 0.
template <class T>
void apply_unary(Op op, T& a, double number) {
  using std::abs, std::exp, std::log, std::sqrt, std::tanh;
  using S = Part<T>;
  const S x = scalar_part(a);
  switch (op) {
    case Op::kNegate:
      return chain_into(a, S(-x), S(-1.0), S(0.0));
    case Op::kReciprocal: {
      const S inverse = S(1.0) / x, square = inverse * inverse;
      return chain_into(a, inverse, S(-square), S(S(2.0) * square * inverse));
    }
    case Op::kExp: {
      const S e = exp(x);
      return chain_into(a, e, e, e);
    }
    case Op::kLog: {
      const S inverse = S(1.0) / x;
      const S logarithm = where_positive(x, S(log(x)), S(std::numeric_limits<double>::quiet_NaN()));
      return chain_into(a, logarithm, inverse, S(-(inverse * inverse)));
    }
    case Op::kSqrt: {
      const S root = sqrt(x), slope = S(0.5) / root;
      return chain_into(a, root, slope, S(S(-0.5) * slope / x));
    }
    case Op::kTanh: {
      const S t = tanh(x), slope = S(1.0) - t * t;
      return chain_into(a, t, slope, S(S(-2.0) * t * slope));
    }
    case Op::kAbs: {
      const S sign = where_positive(x, S(1.0), where_positive(S(-x), S(-1.0), S(0.0)));
      return chain_into(a, S(abs(x)), sign, S(0.0));
    }
    case Op::kWholePower: {
      const S n(number), curve(number * (number - 1.0));
      if (number < 0.0) {
        const S inverse = S(1.0) / x;
        const S power = whole_power(inverse, static_cast<unsigned>(-number));
        const S slope = power * inverse;
        return chain_into(a, power, S(n * slope), S(curve * slope * inverse));
      }
      if (number < 2.0) return;
      const S power = whole_power(x, static_cast<unsigned>(number) - 2u);
      return chain_into(a, S(power * x * x), S(n * power * x), S(curve * power));
    }
    default:
      return;
  }
}

/// a = op(a, b). The derivative of min and max where both are equal is the mean of the two.
template <class T>
void apply_binary(Op op, T& a, const T& b) {
  using S = Part<T>;
  switch (op) {
    case Op::kAdd:
      if constexpr (TrackedNumber<T>) {
        return a.add(b);
      } else {
        a = a + b;
        return;
      }
    case Op::kSubtract:
      if constexpr (TrackedNumber<T>) {
        return a.subtract(b);
      } else {
        a = a - b;
        return;
      }
    case Op::kMultiply:
      if constexpr (TrackedNumber<T>) {
        return a.multiply(b);
      } else {
        a = a * b;
        return;
      }
    case Op::kDivide:
      if constexpr (TrackedNumber<T> || DualNumber<T>) {
        T inverse = b;
        apply_unary(Op::kReciprocal, inverse, 0.0);
        return apply_binary(Op::kMultiply, a, inverse);
      } else {
        a = a / b;
        return;
      }
    case Op::kMin:
    case Op::kMax: {
      const S x = scalar_part(a), y = scalar_part(b);
      const S lead = op == Op::kMax ? S(x - y) : S(y - x), half(0.5);
      const S wa = where_positive(lead, S(1.0), where_positive(S(-lead), S(0.0), half));
      const S value = where_positive(lead, x, where_positive(S(-lead), y, S(half * (x + y))));
      return blend_into(a, value, wa, b, S(S(1.0) - wa));
    }
    default:
      return;
  }
}

/// a = op(a, b) for a plain number b: the four operations of arithmetic.
template <class T, class X>
void apply_plain(Op op, T& a, const X& b) {
  if constexpr (std::same_as<T, X>) {
    apply_binary(op, a, b);
  } else if constexpr (TrackedNumber<T>) {
    if (op == Op::kAdd) a.value += b;
    if (op == Op::kSubtract) a.value -= b;
    if (op == Op::kMultiply) a.scale(b);
    if (op == Op::kDivide) a.scale(X(1.0) / b);
  } else {
    if (op == Op::kAdd) a = a + b;
    if (op == Op::kSubtract) a = a - b;
    if (op == Op::kMultiply) a = a * b;
    if (op == Op::kDivide) a = a * (X(1.0) / b);
  }
}

}  // namespace isoflop::detail
