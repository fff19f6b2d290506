// The number that laws are fitted on in the page: a detail::Tracked with operators, so that the
// formula of a law, written once as a template, becomes a row of calls. A Dual, whose type says
// what it depends on, is compiled anew for every law, and that is more than the page has room for.
#pragma once

#include "isoflop/core/batch.hpp"
#include "isoflop/formula/operations.hpp"
#include "isoflop/formula/tracked.hpp"
#include "isoflop/laws/formula_law.hpp"

namespace isoflop {

template <int Order>
struct Number : detail::Tracked<Batch, SmallFormulaLaw::kCoefficientCapacity, Order> {
  Number() {}  // NOLINT(modernize-use-equals-default): nothing is set, as of a Tracked
  explicit Number(const Batch& plain) { this->set_plain(plain); }
  Number(const Number& from);  ///< only what is defined
  Number& operator=(const Number& from) = delete;

  Number& apply(detail::Op op);
  Number& apply(detail::Op op, const Number& b);
  Number& apply(detail::Op op, const Batch& b);
  Number& cut();  ///< positive_part()

  friend Number operator+(Number a, const Number& b) { return a.apply(detail::Op::kAdd, b); }
  friend Number operator-(Number a, const Number& b) { return a.apply(detail::Op::kSubtract, b); }
  friend Number operator*(Number a, const Number& b) { return a.apply(detail::Op::kMultiply, b); }
  friend Number operator/(Number a, const Number& b) { return a.apply(detail::Op::kDivide, b); }
  friend Number operator+(Number a, const Batch& b) { return a.apply(detail::Op::kAdd, b); }
  friend Number operator-(Number a, const Batch& b) { return a.apply(detail::Op::kSubtract, b); }
  friend Number operator*(Number a, const Batch& b) { return a.apply(detail::Op::kMultiply, b); }
  friend Number operator+(const Batch& a, Number b) { return b.apply(detail::Op::kAdd, a); }
  friend Number operator*(const Batch& a, Number b) { return b.apply(detail::Op::kMultiply, a); }
  friend Number operator-(const Batch& a, Number b) { return a + b.apply(detail::Op::kNegate); }
  friend Number operator/(const Batch& a, Number b) { return a * b.apply(detail::Op::kReciprocal); }
  friend Number exp(Number a) { return a.apply(detail::Op::kExp); }
  friend Number log(Number a) { return a.apply(detail::Op::kLog); }
  friend Number positive_part(Number a) { return a.cut(); }
};

extern template struct Number<1>;
extern template struct Number<2>;

}  // namespace isoflop
