#include "isoflop/sweep/parabola_shift.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "isoflop/core/interval.hpp"
#include "isoflop/core/parallel.hpp"
#include "isoflop/core/root.hpp"

namespace isoflop {
namespace {

/// L and its slope along a curve (ln N(x), ln D(x)).
struct AlongCurve {
  std::span<const double> coefficients;
  Parabola log_n, log_d;

  double size_term(double x) const {
    return coefficients[1] * std::exp(-coefficients[2] * log_n.at(x));
  }
  double token_term(double x) const {
    return coefficients[3] * std::exp(-coefficients[4] * log_d.at(x));
  }
  double loss(double x) const { return coefficients[0] + size_term(x) + token_term(x); }
  static double slope_of(const Parabola& curve, double x) {
    return 2.0 * curve.p * (x - curve.centre) + curve.q;
  }
  double slope(double x) const {
    return -coefficients[2] * slope_of(log_n, x) * size_term(x) -
           coefficients[4] * slope_of(log_d, x) * token_term(x);
  }
};

}  // namespace

SweepAnswer optimum_along(std::span<const double> coefficients, const Profile& profile) {
  SweepAnswer out = no_answer();
  if (!profile.runs.log_n || !profile.runs.log_d) return out;
  const AlongCurve curve{coefficients, *profile.runs.log_n, *profile.runs.log_d};
  // From the grid outward, so that a curve which bends back far away brings no other minimum.
  constexpr double kStep = 0.5, kReach = 12.0;
  double low = profile.log_centre, high = profile.log_centre;
  while (curve.slope(low) > 0.0 && low > profile.log_centre - kReach) low -= kStep;
  while (curve.slope(high) < 0.0 && high < profile.log_centre + kReach) high += kStep;
  if (curve.slope(low) > 0.0 || curve.slope(high) < 0.0) return out;
  const double x = bracketed_root([&](double at) { return curve.slope(at); }, low, high);
  out[index_of(SweepQuantity::kSize)] = x;
  out[index_of(SweepQuantity::kN)] = curve.log_n.at(x);
  out[index_of(SweepQuantity::kD)] = curve.log_d.at(x);
  out[index_of(SweepQuantity::kLoss)] = std::log(curve.loss(x));
  return out;
}

SweepAnswer parabola_shift(std::span<const double> coefficients, const Profile& profile) {
  SweepAnswer out = no_answer();
  if (!profile.usable() || !profile.runs.log_n || !profile.runs.log_d) return out;
  const AlongCurve curve{coefficients, *profile.runs.log_n, *profile.runs.log_d};
  // p and q of the parabola are linear in the losses; the weights are those of the fit.
  const ParabolaFit& fit = *profile.fit;
  Parabola parabola{fit.parabola.centre, 0.0, 0.0, 0.0};
  for (std::size_t i = 0; i < profile.runs.x.size(); ++i) {
    const double loss = curve.loss(profile.runs.x[i]);
    parabola.p += fit.influence[i][0] * loss;
    parabola.q += fit.influence[i][1] * loss;
    parabola.r += fit.influence[i][2] * loss;
  }
  const SweepAnswer by_parabola = answer_of(parabola, profile.runs);
  const SweepAnswer by_law = optimum_along(coefficients, profile);
  for (std::size_t q = 0; q < out.size(); ++q) out[q] = by_parabola[q] - by_law[q];
  return out;
}

namespace {

SweepAnswer less(const SweepAnswer& a, const SweepAnswer& b) {
  SweepAnswer out;
  for (std::size_t q = 0; q < out.size(); ++q) out[q] = a[q] - b[q];
  return out;
}

/// The interval of a difference of two independent estimates, from theirs.
Interval shifted(const Interval& vertex, double at, double shift, const Interval& of_shift) {
  const bool known = std::isfinite(of_shift.low) && std::isfinite(of_shift.high);
  const double up = known ? of_shift.high - shift : 0.0, down = known ? shift - of_shift.low : 0.0;
  return {at - shift - std::hypot(at - vertex.low, up),
          at - shift + std::hypot(vertex.high - at, down)};
}

}  // namespace

ApproachComparison compare_approaches(const ProfilesReport& report,
                                      std::span<const double> coefficients,
                                      std::span<const std::vector<double>> draws,
                                      unsigned num_threads) {
  constexpr std::size_t kSize = index_of(SweepQuantity::kSize);
  ApproachComparison out;
  const std::vector<double> log_budgets = report.log_budgets();
  const std::size_t num_budgets = log_budgets.size();
  auto profile = [&](std::size_t k) -> const Profile& {
    return report.budgets[k].profiles.front();
  };
  for (std::size_t k = 0; k < num_budgets; ++k) {
    out.shifts.push_back(parabola_shift(coefficients, profile(k)));
    out.corrected.push_back(less(profile(k).answer, out.shifts.back()));
    out.optima.push_back(optimum_along(coefficients, profile(k)));
  }
  out.corrected_laws = power_laws_through(log_budgets, out.corrected);
  out.optimal_laws = power_laws_through(log_budgets, out.optima);

  std::vector<std::vector<SweepAnswer>> shifts(draws.size());
  std::vector<PowerLaws> shift_laws(draws.size());
  out.optimal_draws.resize(draws.size());
  parallel_for(draws.size(), num_threads, [&](std::size_t b) {
    std::vector<SweepAnswer> optima;
    for (std::size_t k = 0; k < num_budgets; ++k) {
      shifts[b].push_back(parabola_shift(draws[b], profile(k)));
      optima.push_back(optimum_along(draws[b], profile(k)));
    }
    // A line is linear in what it goes through, and so is the difference of two.
    shift_laws[b] = power_laws_through(log_budgets, shifts[b]);
    out.optimal_draws[b] = power_laws_through(log_budgets, optima);
  });
  const PowerLaws fixed = power_laws_through(log_budgets, out.shifts);
  for (std::size_t b = 0; b < report.draws.size(); ++b) {
    const PowerLaws& shift = draws.empty() ? fixed : shift_laws[b % draws.size()];
    PowerLaws& laws = out.corrected_draws.emplace_back(report.draws[b]);
    for (std::size_t q = 0; q < laws.size(); ++q) {
      laws[q].intercept -= shift[q].intercept;
      laws[q].exponent -= shift[q].exponent;
    }
  }
  for (std::size_t k = 0; k < num_budgets; ++k) {
    std::vector<double> of_budget;
    for (const auto& drawn : shifts) of_budget.push_back(drawn[k][kSize]);
    const Interval of_shift = percentile_interval(of_budget, 0.95);
    out.log_size.push_back(
        shifted(profile(k).log_size, profile(k).answer[kSize], out.shifts[k][kSize], of_shift));
  }
  return out;
}

}  // namespace isoflop
