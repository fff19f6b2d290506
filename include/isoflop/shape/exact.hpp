/// Whole numbers that never wrap around: a sum, difference or product that does not fit into 64
/// bits throws. Counts of parameters, FLOPs and bytes are computed in it.
#pragma once

#include <cstdint>

#include "isoflop/error.hpp"

namespace isoflop {

class Exact {
 public:
  constexpr Exact(std::uint64_t value = 0) : value_(value) {}
  constexpr std::uint64_t value() const { return value_; }

  /// Each throws InvalidArgument if the result is below 0 or above 2^64 - 1.
  friend constexpr Exact operator+(Exact a, Exact b) {
    Exact out;
    if (__builtin_add_overflow(a.value_, b.value_, &out.value_)) refuse();
    return out;
  }
  friend constexpr Exact operator-(Exact a, Exact b) {
    Exact out;
    if (__builtin_sub_overflow(a.value_, b.value_, &out.value_)) refuse();
    return out;
  }
  friend constexpr Exact operator*(Exact a, Exact b) {
    Exact out;
    if (__builtin_mul_overflow(a.value_, b.value_, &out.value_)) refuse();
    return out;
  }
  constexpr Exact& operator+=(Exact b) { return *this = *this + b; }
  friend constexpr bool operator==(Exact, Exact) = default;

 private:
  [[noreturn]] static void refuse() {
    throw InvalidArgument("the model is too large: a count does not fit into 64 bits");
  }
  std::uint64_t value_;
};

}  // namespace isoflop
