// The body of make_fit_law, for law.cpp.in alone: every other caller finds it compiled.
#pragma once

#include "fit/make_fit_law.hpp"
#include "isoflop/fit/own_law.hpp"

namespace isoflop {

template <Law L>
std::unique_ptr<const FitLaw> make_fit_law(const L& law) {
  return std::make_unique<const FitLawOf<L>>(law);
}

}  // namespace isoflop
