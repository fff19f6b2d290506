/// A formula given as text, such as "E + A*N^-alpha + B*D^-beta", on any scalar that laws run on,
/// with exact derivatives where the scalar has them.
///
///   sum     = product { ("+" | "-") product }
///   product = signed { ("*" | "/") signed }
///   signed  = ("-" | "+") signed | power
///   power   = primary [ "^" signed ]             right-associative: a^b^c = a^(b^c), -a^2 = -(a^2)
///   primary = number | name | function "(" sum { "," sum } ")" | "(" sum ")"
///
/// Functions: exp, log and ln (natural), log2, log10, sqrt, tanh, abs; min and max of two. There
/// are no constants with names. A formula can read nothing and call nothing else.
///
/// Variables are positive, and come as natural logarithms: N^x is exp(x ln N), and log(N) is what
/// was given. Variables that are said to be plain may have any sign, and come as they are. Powers
/// with a whole constant exponent are products; any other power, and a logarithm, is NaN where the
/// base is not positive.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "isoflop/core/dual.hpp"
#include "isoflop/error.hpp"
#include "isoflop/formula/formula_error.hpp"
#include "isoflop/formula/program.hpp"
#include "isoflop/formula/tracked.hpp"

namespace isoflop {

class Formula {
 public:
  static constexpr std::size_t kMaxLength = 10'000;  ///< bytes of the expression
  static constexpr std::size_t kMaxNesting = 64;  ///< parentheses, signs and powers in each other
  static constexpr std::size_t kMaxOperations = 1'000;
  static constexpr std::size_t kMaxCoefficients = 32;
  static constexpr std::size_t kMaxVariables = 24;

  /// Throws FormulaError for an expression that is not a formula over these names, or too large;
  /// InvalidArgument for names that no expression can use: not a letter followed by letters, digits
  /// and "_", the name of a function, twice the same, too many. is_plain: by variable, whether it
  /// comes as it is; empty: none does.
  Formula(std::string expression, std::vector<std::string> variables,
          std::vector<std::string> coefficients, std::vector<bool> is_plain = {});

  const std::string& expression() const { return expression_; }
  const std::vector<std::string>& variables() const { return variables_; }
  const std::vector<std::string>& coefficients() const { return coefficients_; }
  const std::vector<bool>& is_plain() const { return is_plain_; }  ///< [V]
  /// Whether the expression names it.
  bool uses_variable(std::size_t v) const { return uses_variable_.at(v); }
  bool uses_coefficient(std::size_t p) const { return uses_coefficient_.at(p); }

  /// The value from coefficients [P], in their own units, and natural logarithms of the variables
  /// [V] (plain ones as they are), both in the order of their names; arrays or tuples. The scalar
  /// that comes back:
  /// - plain numbers (double or Batch): the same;
  /// - coefficients that are Duals, coefficient i of parameter i alone (dual_parameters, or a
  ///   function of each), next to plain variables: a Dual of all P parameters;
  /// - Duals anywhere else: a Dual of all parameters that occur;
  /// - coefficients of any other number type with a member `a` for the value and `v` for the
  ///   derivatives (ceres::Jet), next to doubles: the same.
  /// Throws InvalidArgument for a wrong count.
  template <class C, class X>
  auto operator()(const C& coefficients, const X& log_variables) const;

  /// A coefficient and its first two derivatives along the parameter that it is a function of.
  template <class S>
  struct Seed {
    S value, first, second;
    bool curved;  ///< has a second derivative
  };
  /// For formulas of many coefficients, of which a Dual is large: use(number), the number a
  /// detail::Tracked of P parameters.
  template <int Order, class S, std::size_t P, class X, class Use>
  void track(const std::array<Seed<S>, P>& seeds, const X& log_variables, const Use& use) const;

 private:
  [[noreturn]] void refuse_counts(std::size_t num_coefficients, std::size_t num_variables) const;

  template <std::size_t P, int Order, class S, class C, class X>
  auto track(const C& coefficients, const X& log_variables) const;

  std::string expression_;
  std::vector<std::string> variables_, coefficients_;
  std::vector<bool> is_plain_, uses_variable_, uses_coefficient_;
  detail::Program program_;
};

namespace detail {

template <class C, std::size_t... I, class F>
constexpr bool all_of_tuple(std::index_sequence<I...>, F f) {
  return (f.template operator()<std::decay_t<std::tuple_element_t<I, C>>, I>() && ...);
}
template <class C, class F>
constexpr bool all_of_tuple(F f) {
  return all_of_tuple<C>(std::make_index_sequence<std::tuple_size_v<C>>{}, f);
}

/// Whether element i is a Dual of parameter i alone.
template <class C>
constexpr bool is_one_dual_each() {
  return all_of_tuple<C>([]<class T, std::size_t I>() {
    if constexpr (DualNumber<T>) return T::kMask == (1u << I);
    return false;
  });
}
template <class C>
constexpr bool has_no_dual() {
  return all_of_tuple<C>([]<class T, std::size_t I>() { return !DualNumber<T>; });
}

/// The Dual that every number of A and B fits into.
template <class S, unsigned Mask, int Order>
struct DualSum {
  template <class T>
  auto operator+(std::type_identity<T>) const {
    if constexpr (DualNumber<T>) {
      static_assert(Order == 0 || Order == T::kOrder);
      return DualSum<typename T::Scalar, Mask | T::kMask, T::kOrder>{};
    } else {
      return *this;
    }
  }
  using Type = Dual<S, Mask, Order, false>;
};
template <class... T>
using WidestDual =
    typename decltype((DualSum<double, 0u, 0>{} + ... + std::type_identity<T>{}))::Type;

template <class A, class B>
struct WidestOf;
template <template <class...> class A, template <class...> class B, class... T, class... U>
struct WidestOf<A<T...>, B<U...>> {
  using Type = WidestDual<std::decay_t<T>..., std::decay_t<U>...>;
};

template <class C>
auto as_tuple(const C& c) {
  return std::apply([](const auto&... x) { return std::tuple<std::decay_t<decltype(x)>...>(x...); },
                    c);
}

/// The same number, as one of the wider type T.
template <class T, class U>
T widened(const U& x) {
  T r;
  set_plain(r, typename T::Scalar(0.0));
  if constexpr (DualNumber<U>) {
    return x + r;
  } else {
    r.value = x;
    return r;
  }
}

template <class T, class C>
auto to_array(const C& c) {
  return std::apply(
      [](const auto&... x) {
        return std::array<T, sizeof...(x)>{[](const auto& y) {
          if constexpr (DualNumber<T>) {
            return widened<T>(y);
          } else {
            return T(y);
          }
        }(x)...};
      },
      c);
}

}  // namespace detail

template <std::size_t P, int Order, class S, class C, class X>
auto Formula::track(const C& coefficients, const X& log_variables) const {
  using T = detail::Tracked<S, P, Order>;
  std::array<Seed<S>, P> seeds;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    auto read = [](Seed<S>& seed, const auto& x) {
      seed.value = x.value;
      seed.first = x.grad[0];
      seed.curved = x.kPairs > 0;
      if constexpr (std::decay_t<decltype(x)>::kPairs > 0) seed.second = x.hess[0];
    };
    (read(seeds[I], std::get<I>(coefficients)), ...);
  }
  (std::make_index_sequence<P>{});

  const auto logs = detail::to_array<S>(log_variables);
  const T y = program_.run<T, S>(std::span<const S>(logs), [&](T& number, std::size_t p) {
    const Seed<S>& seed = seeds[p];
    number.set_parameter(p, seed.value, seed.first, seed.curved ? &seed.second : nullptr);
  });

  Dual<S, (~0u >> (32u - P)), Order, false> out;
  out.value = y.value;
  for (std::size_t i = 0; i < P; ++i) {
    out.grad[i] = detail::has(y.mask, i) ? y.grad[i] : S(0.0);
    if constexpr (Order == 2) {
      const bool curved = y.curved && detail::has(y.mask, i);
      for (std::size_t j = 0; j <= i; ++j) {
        const std::size_t pair = detail::pair_index(i, j);
        out.hess[pair] = curved && detail::has(y.mask, j) ? y.hess[pair] : S(0.0);
      }
    }
  }
  return out;
}

template <int Order, class S, std::size_t P, class X, class Use>
void Formula::track(const std::array<Seed<S>, P>& seeds, const X& log_variables,
                    const Use& use) const {
  using T = detail::Tracked<S, P, Order>;
  program_.run<T>(
      std::span<const S>(log_variables),
      [&](T& number, std::size_t p) {
        const Seed<S>& seed = seeds[p];
        number.set_parameter(p, seed.value, seed.first, seed.curved ? &seed.second : nullptr);
      },
      use);
}

template <class C, class X>
auto Formula::operator()(const C& coefficients, const X& log_variables) const {
  constexpr std::size_t kP = std::tuple_size_v<C>, kV = std::tuple_size_v<X>;
  if (kP != coefficients_.size() || kV != variables_.size()) refuse_counts(kP, kV);
  if constexpr (detail::has_no_dual<X>() && detail::has_no_dual<C>()) {
    using T = std::decay_t<std::tuple_element_t<0, C>>;
    using U = std::decay_t<std::tuple_element_t<0, X>>;
    const auto values = detail::to_array<T>(coefficients);
    const auto logs = detail::to_array<U>(log_variables);
    return program_.run<T, U>(std::span<const U>(logs),
                              [&](T& number, std::size_t p) { number = values[p]; });
  } else if constexpr (detail::has_no_dual<X>() && detail::is_one_dual_each<C>()) {
    using First = std::decay_t<std::tuple_element_t<0, C>>;
    return track<kP, First::kOrder, typename First::Scalar>(coefficients, log_variables);
  } else {
    using T = typename detail::WidestOf<decltype(detail::as_tuple(coefficients)),
                                        decltype(detail::as_tuple(log_variables))>::Type;
    const auto values = detail::to_array<T>(coefficients);
    const auto logs = detail::to_array<T>(log_variables);
    return program_.run<T, T>(std::span<const T>(logs),
                              [&](T& number, std::size_t p) { number = values[p]; });
  }
}

}  // namespace isoflop
