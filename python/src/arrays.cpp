#include "arrays.hpp"

#include <initializer_list>
#include <utility>

namespace isoflop::python {

namespace nb = nanobind;

namespace {

OutArray shaped(std::vector<double> values, std::initializer_list<std::size_t> shape) {
  auto* kept = new std::vector<double>(std::move(values));
  const nb::capsule owner(kept,
                          [](void* p) noexcept { delete static_cast<std::vector<double>*>(p); });
  return OutArray(kept->data(), shape, owner);
}

}  // namespace

OutArray array_of(std::vector<double> values) {
  const std::size_t size = values.size();
  return shaped(std::move(values), {size});
}

OutArray array_of(std::vector<double> values, std::size_t columns) {
  const std::size_t rows = columns == 0 ? 0 : values.size() / columns;
  return shaped(std::move(values), {rows, columns});
}

}  // namespace isoflop::python
