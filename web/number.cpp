#include "number.hpp"

#include <algorithm>

namespace isoflop {

template <int Order>
Number<Order>::Number(const Number& from) {
  this->value = from.value;
  this->mask = from.mask;
  this->curved = from.curved;
  detail::for_bits(from.mask, [&](std::size_t i) { this->grad[i] = from.grad[i]; });
  if constexpr (Order == 2) {
    if (!from.curved) return;
    detail::for_pairs(from.mask, [&](std::size_t k) { this->hess[k] = from.hess[k]; });
  }
}

template <int Order>
Number<Order>& Number<Order>::apply(detail::Op op) {
  detail::apply_unary(op, *this, 0.0);
  return *this;
}

template <int Order>
Number<Order>& Number<Order>::apply(detail::Op op, const Number& b) {
  detail::apply_binary(op, *this, b);
  return *this;
}

template <int Order>
Number<Order>& Number<Order>::apply(detail::Op op, const Batch& b) {
  detail::apply_plain(op, *this, b);
  return *this;
}

template <int Order>
Number<Order>& Number<Order>::cut() {
  const Batch slope = where_positive(this->value, Batch(1.0), Batch(0.0));
  this->chain(where_positive(this->value, this->value, Batch(0.0)), slope, Batch(0.0));
  return *this;
}

template struct Number<1>;
template struct Number<2>;

}  // namespace isoflop
