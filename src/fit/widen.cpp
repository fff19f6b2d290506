#include "fit/widen.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>
#include <string_view>

#include "fit/minimizer.hpp"
#include "isoflop/core/parallel.hpp"
#include "isoflop/core/stop_if_cancelled.hpp"
#include "isoflop/laws/coefficients.hpp"

namespace isoflop {
namespace {

struct Bound {
  std::string_view coefficient;
  double value;  ///< in the law's units
};

/// The bounds that hold a minimum and mean nothing.
std::vector<Bound> artificial_bounds(const LawFacts& law, const FreeSpace& space,
                                     const CoefficientVector& phi) {
  std::vector<Bound> out;
  for (std::size_t p = 0; p < law.coefficients.size(); ++p) {
    const Eigen::Index e = space.entry[p];
    if (e < 0 || (phi[e] > space.lower[e] && phi[e] < space.upper[e])) continue;
    const CoefficientInfo c = bounded(law.coefficients[p], space);
    const double value = phi[e] <= space.lower[e] ? c.lower : c.upper;
    if (!bound_means_something(value)) out.push_back({c.name, value});
  }
  return out;
}

/// The minima, lowest first, of which those that agree are one.
std::vector<FoundMinimum> merged(std::vector<FoundMinimum> found) {
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.at.value < b.at.value; });
  std::vector<FoundMinimum> out;
  for (const FoundMinimum& next : found) {
    if (!out.empty() && agree(next.at.value, out.back().at.value)) {
      out.back().num_starts += next.num_starts;
    } else {
      out.push_back(next);
    }
  }
  return out;
}

/// Whether the projected gradient is zero, and no plain that flattens out beyond every bound.
/// Sharpens it on the way.
bool is_minimum(const Objective& objective, const FreeSpace& space, Minimum& at) {
  const Derivatives there = sharpen(objective, space, at);
  const auto gradient = projected_gradient(space, at.phi, space.reduce(there.gradient));
  return gradient.lpNorm<Eigen::Infinity>() <= gradient_limit(at.value, objective.num_runs()) &&
         condition_number(loose_eigenvalues(space, at.phi, space.reduce_matrix(there.curvature))) <
             kSingular;
}

std::string why_bound(const Bound& bound, double inside, double beyond) {
  std::ostringstream text;
  text << std::setprecision(3) << bound.coefficient << " ended on " << bound.value
       << ", a bound that means nothing: beyond it the objective is lower by "
       << 100.0 * (1.0 - beyond / inside) << " %, and no minimum is in sight";
  return text.str();
}

}  // namespace

Widened widen(const LawFacts& law, const FitOptions& options, const Objective& objective,
              const FreeSpace& space, const std::vector<FoundMinimum>& found) {
  constexpr std::size_t kMostMinima = 16;
  Widened out;
  if (law.bounds_are_given || space.size() == 0) return out;
  const std::vector<Bound> held = artificial_bounds(law, space, found.front().at.phi);
  if (held.empty()) return out;
  out.space = free_space(law, options, Box::kWidest);
  std::vector<FoundMinimum> further(
      found.begin(),
      found.begin() + static_cast<std::ptrdiff_t>(std::min(found.size(), kMostMinima)));
  parallel_for(further.size(), options.num_threads, [&](std::size_t i) {
    stop_if_cancelled(options.cancelled);
    further[i].at = minimize(objective, out.space, further[i].at.phi);
  });
  further = merged(std::move(further));
  const double inside = found.front().at.value, beyond = further.front().at.value;
  if (agree(inside, beyond)) return out;  // nothing to be had beyond
  const bool inside_widest = artificial_bounds(law, out.space, further.front().at.phi).empty();
  if (inside_widest && is_minimum(objective, out.space, further.front().at)) {
    out.found = std::move(further);
    return out;
  }
  for (const Bound& bound : held) out.still_bound.push_back(why_bound(bound, inside, beyond));
  return out;
}

}  // namespace isoflop
