/// What repeated tokens are worth: D tokens of which U are unique count as
///   D' = U (1 + R* (1 - exp(-R / R*))),  R = D / U - 1 where D > U;  D' = D else
/// Muennighoff et al. 2023, arXiv 2305.16264, Eq. 5 and 6, with R*_D = 15.387756 in their fit.
#pragma once

#include <cmath>

#include "isoflop/core/positive_part.hpp"

namespace isoflop {

/// R*_D of the paper's fit (their code prints these digits).
inline constexpr double kTokenReuse = 15.387756;

/// ln(x' / x) for x seen exp(log_epochs) times over, zero up to one: with p = ln(1 + R),
/// ln(1 + R* (1 - exp(-R / R*))) - p.
template <class P, class R>
auto log_repeated(const P& log_epochs, const R& log_scale) {
  using std::exp;
  using std::log;
  const auto p = positive_part(log_epochs);
  const auto scale = exp(log_scale);
  return log((1.0 - exp((1.0 - exp(p)) / scale)) * scale + 1.0) - p;
}

}  // namespace isoflop
