// What law.cpp.in compiles for every law that ships: all of a fit that is compiled per law.
#pragma once

#include <memory>

#include "isoflop/fit/fit_law.hpp"

namespace isoflop {

template <Law L>
std::unique_ptr<const FitLaw> make_fit_law(const L& law);

}  // namespace isoflop
