#include <array>
#include <cmath>
#include <vector>

#include "fit/free_space.hpp"
#include "fit/inspect_parts.hpp"
#include "isoflop/core/random.hpp"

namespace isoflop::detail {

LawProbe probe_of(const FitLaw& law, const FitOptions& options) {
  constexpr std::size_t kNumPoints = 16;
  const LawFacts& facts = law.facts();
  const FreeSpace space = free_space(facts, options);
  LawProbe probe;
  probe.predicts_loss = facts.predicts_loss();
  probe.law = facts.name;
  probe.facts = facts;
  probe.variables.assign(facts.variables.begin(), facts.variables.end());
  probe.coefficients.resize(static_cast<std::size_t>(space.size()));
  for (std::size_t p = 0; p < facts.coefficients.size(); ++p) {
    if (space.entry[p] < 0) continue;
    probe.coefficients[static_cast<std::size_t>(space.entry[p])].emplace_back(
        facts.coefficients[p].name);
  }
  Random random(kDefaultSeed);
  std::vector<CoefficientVector> points;
  for (std::size_t i = 0; i < kNumPoints; ++i) {
    CoefficientVector phi(space.size());
    for (std::size_t p = facts.theta_size;
         p-- > 0;) {  // of tied coefficients the first one decides
      if (p >= facts.coefficients.size()) {
        random.uniform();  // for every place of theta, as in starts()
        continue;
      }
      const CoefficientInfo& c = facts.coefficients[p];
      const double value = random.uniform(c.start_low, c.start_high);
      if (space.entry[p] >= 0) phi[space.entry[p]] = value;
    }
    points.push_back(space.expand(phi));
  }
  probe.num_points = kNumPoints;
  probe.gradient = [&law, space, points](std::size_t point, std::span<const double> log_x) {
    return Eigen::VectorXd(space.reduce(law.gradient(points[point], log_x)));
  };
  return probe;
}

}  // namespace isoflop::detail
