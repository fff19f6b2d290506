// NumPy arrays from and to columns of numbers.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstddef>
#include <span>
#include <vector>

namespace isoflop::python {

/// [n] float64, contiguous.
using InColumn =
    nanobind::ndarray<const double, nanobind::ndim<1>, nanobind::c_contig, nanobind::device::cpu>;
using OutArray = nanobind::ndarray<nanobind::numpy, double>;

inline std::span<const double> span_of(const InColumn& column) {
  return {column.data(), column.shape(0)};
}

/// An array that owns these numbers, [values.size()], or by rows [rows][columns].
OutArray array_of(std::vector<double> values);
OutArray array_of(std::vector<double> values, std::size_t columns);

}  // namespace isoflop::python
