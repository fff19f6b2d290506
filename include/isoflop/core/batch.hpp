/// Eight runs evaluated at once: the scalar with which a law's formula runs over whole columns.
/// Arithmetic is elementwise; Eigen turns it into vector instructions.
#pragma once

#include <cmath>
#include <Eigen/Core>

namespace isoflop {

struct Batch {
  static constexpr int kWidth = 8;
  Eigen::Array<double, kWidth, 1> lanes;

  Batch() = default;
  Batch(double all) { lanes.setConstant(all); }  // NOLINT(google-explicit-constructor)

  Batch& operator+=(const Batch& o) { return lanes += o.lanes, *this; }
  Batch& operator-=(const Batch& o) { return lanes -= o.lanes, *this; }
  Batch& operator*=(const Batch& o) { return lanes *= o.lanes, *this; }
  Batch& operator/=(const Batch& o) { return lanes /= o.lanes, *this; }
  friend Batch operator+(Batch a, const Batch& b) { return a += b; }
  friend Batch operator-(Batch a, const Batch& b) { return a -= b; }
  friend Batch operator*(Batch a, const Batch& b) { return a *= b; }
  friend Batch operator/(Batch a, const Batch& b) { return a /= b; }
  friend Batch operator-(Batch a) { return a.lanes = -a.lanes, a; }
};

inline Batch exp(Batch x) { return x.lanes = x.lanes.exp(), x; }
inline Batch log(Batch x) { return x.lanes = x.lanes.log(), x; }
inline Batch max(Batch x, const Batch& y) { return x.lanes = x.lanes.max(y.lanes), x; }
/// Not Eigen's: that of AVX-512 is off in the last place, and NaN of infinity.
inline Batch sqrt(Batch x) {
  for (double& lane : x.lanes) lane = std::sqrt(lane);
  return x;
}
inline Batch tanh(Batch x) { return x.lanes = x.lanes.tanh(), x; }
inline Batch abs(Batch x) { return x.lanes = x.lanes.abs(), x; }

/// `a` where test > 0, else `b`, also where test is NaN; lane by lane.
inline Batch where_positive(const Batch& test, Batch a, const Batch& b) {
  return a.lanes = (test.lanes > 0.0).select(a.lanes, b.lanes), a;
}
inline double where_positive(double test, double a, double b) { return test > 0.0 ? a : b; }

}  // namespace isoflop
