/// Body of inspect_runs<L>. Include it to inspect runs for a law of your own.
#pragma once

#include <array>
#include <cmath>
#include <Eigen/Core>
#include <functional>
#include <string>
#include <vector>

#include "isoflop/core/dual.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/fit/free_space.hpp"
#include "isoflop/fit/inspect_runs.hpp"

namespace isoflop {
namespace detail {

/// A law as the inspection sees it: its free coefficients, and how ln L answers to them.
struct LawProbe {
  std::string law;
  bool predicts_loss = true;        ///< in nats per token; else a target of its own
  std::vector<Variable> variables;  ///< [V]
  std::vector<std::vector<std::string>> coefficients;  ///< [K] names; tied ones share an entry
  std::size_t num_points = 0;  ///< generic sets of coefficients at which it can be asked
  /// d ln L / d phi [K] at a point, for log_x [V].
  std::function<Eigen::VectorXd(std::size_t point, std::span<const double> log_x)> gradient;
};

std::vector<Finding> inspect(const RunTable& runs, const LawProbe& probe);

template <Law L>
LawProbe probe_of(const L& law, const FitOptions& options) {
  constexpr std::size_t kP = kNumCoefficients<L>;
  constexpr std::size_t kNumPoints = 16;
  const FreeSpace<kP> space = free_space(law, options);
  LawProbe probe;
  probe.predicts_loss = target_of(law).key == kLossTarget.key;
  probe.law = name_of(law);
  probe.variables.assign(variables_of(law).begin(), variables_of(law).end());
  probe.coefficients.resize(static_cast<std::size_t>(space.size()));
  for (std::size_t p = 0; p < kP; ++p) {
    if (space.entry[p] < 0) continue;
    probe.coefficients[static_cast<std::size_t>(space.entry[p])].emplace_back(
        coefficients_of(law)[p].name);
  }
  Random random(kDefaultSeed);
  std::vector<std::array<double, kP>> points(kNumPoints);
  for (auto& theta : points) {
    typename FreeSpace<kP>::Small phi(space.size());
    for (std::size_t p = kP; p-- > 0;) {  // of tied coefficients the first one decides
      const CoefficientInfo& c = coefficients_of(law)[p];
      const double value = random.uniform(c.start_low, c.start_high);
      if (space.entry[p] >= 0) phi[space.entry[p]] = value;
    }
    theta = space.expand(phi);
  }
  probe.num_points = kNumPoints;
  probe.gradient = [law, space, points](std::size_t point, std::span<const double> x) {
    std::array<double, kNumVariablesOf<L>> log_x{};
    for (std::size_t v = 0; v < x.size(); ++v) log_x[v] = x[v];
    const auto log_loss = law.log_loss(dual_parameters<1>(points[point]), log_x);
    Eigen::VectorXd full(static_cast<Eigen::Index>(kP));
    for (std::size_t p = 0; p < kP; ++p) full[static_cast<Eigen::Index>(p)] = log_loss.grad[p];
    return Eigen::VectorXd(space.reduce(full));
  };
  return probe;
}

}  // namespace detail

template <Law L>
std::vector<Finding> inspect_runs(const L& law, const RunTable& runs, const FitOptions& options) {
  return detail::inspect(runs, detail::probe_of(law, options));
}

}  // namespace isoflop
