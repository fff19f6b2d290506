/// max(x, 0) on every scalar that formulas run on, with derivatives: those of x where x > 0, zero
/// elsewhere.
#pragma once

#include <algorithm>

#include "isoflop/core/batch.hpp"
#include "isoflop/core/dual.hpp"

namespace isoflop {

inline double positive_part(double x) { return std::max(x, 0.0); }
inline Batch positive_part(Batch x) { return x.lanes = x.lanes.max(0.0), x; }

template <class S, unsigned M, int O, bool L>
auto positive_part(const Dual<S, M, O, L>& x) {
  return detail::chain(x, positive_part(x.value), where_positive(x.value, S(1.0), S(0.0)), S(0.0));
}

/// ceres::Jet.
template <class J>
requires requires(const J& x) {
  x.a;
  x.v;
}
J positive_part(const J& x) { return x.a > 0.0 ? x : J(0.0); }

}  // namespace isoflop
