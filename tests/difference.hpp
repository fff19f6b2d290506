/// Derivatives from values alone, to check others against.
#pragma once

#include <cstddef>
#include <type_traits>

namespace isoflop::testing {

/// The derivative of f(x) at 0 by central differences of fourth order: 8 times the difference over
/// one step less that over two, so that the error is step^4 / 30 times a fifth derivative.
template <class F>
std::invoke_result_t<F, double> difference(const F& f, double step) {
  return ((f(step) - f(-step)) * 8.0 - (f(2.0 * step) - f(-2.0 * step))) / (12.0 * step);
}

/// theta with x added to its entry p.
template <class Theta>
Theta moved(Theta theta, std::size_t p, double x) {
  theta[p] += x;
  return theta;
}

}  // namespace isoflop::testing
