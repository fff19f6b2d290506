#include "isoflop/fit/fit.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "fit/ceres_polish.hpp"
#include "fit/multi_start.hpp"
#include "fit/profile.hpp"
#include "fit/starts.hpp"
#include "fit/widen.hpp"
#include "isoflop/core/parallel.hpp"
#include "isoflop/core/stop_if_cancelled.hpp"
#include "isoflop/error.hpp"
#include "isoflop/fit/fit_law.hpp"
#include "isoflop/fit/verdict.hpp"
#include "isoflop/laws/coefficients.hpp"

namespace isoflop {
namespace {

void require_usable(const LawFacts& law, const RunTable& runs, const FitOptions& options,
                    int num_free) {
  if (!(options.huber_delta > 0.0)) throw InvalidArgument("the Huber delta must be positive");
  if (runs.num_runs() == 0) throw DataError(runs.source, "there are none to fit");
  if (options.num_starts && *options.num_starts == 0) {
    throw InvalidArgument("a fit needs at least one start");
  }
  auto positive = [](double x) {
    return x > 0.0 && std::isfinite(x) ? "" : "must be a positive finite number";
  };
  auto check = [&](const std::vector<double>& column, std::string_view name, const auto& fault_of) {
    if (column.size() != runs.num_runs()) {
      throw InvalidArgument("the runs have no column " + std::string(name) + ", which the law " +
                            std::string(law.name) + " needs");
    }
    for (std::size_t i = 0; i < column.size(); ++i) {
      const std::string fault = fault_of(column[i]);
      if (fault.empty()) continue;
      throw InvalidArgument(std::string(name) + " of run " + std::to_string(i) + " " + fault);
    }
  };
  for (const Variable v : law.variables) {
    const VariableInfo& about = law.info(v);
    check(runs.column(v), about.symbol, [&](double x) {
      if (is_own(v)) return value_fault(about, x);
      if (x == 0.0 && value_fault(about, x).empty()) return std::string();
      const std::string not_positive = positive(x);
      return not_positive.empty() ? value_fault(about, x) : not_positive;
    });
  }
  check(runs.loss, law.target.key, [&](double x) -> std::string {
    if (std::isfinite(x) && (x > 0.0 || options.residual == Residual::kRaw)) return "";
    return std::isfinite(x) && x <= 0.0
               ? "is not > 0 and has no logarithm; " + field("residual") + " raw fits it as it is"
               : positive(x);
  });
  for (const double w : runs.weight) {
    if (!(w >= 0.0) || !std::isfinite(w)) throw InvalidArgument("weights must be finite and >= 0");
  }
  const auto num_counting =
      std::count_if(runs.weight.begin(), runs.weight.end(), [](double w) { return w > 0.0; });
  const std::size_t num_used =
      runs.weight.empty() ? runs.num_runs() : static_cast<std::size_t>(num_counting);
  if (num_used < static_cast<std::size_t>(std::max(num_free, 1))) {
    throw DataError(runs.source, std::to_string(num_used) + (num_used == 1 ? " run" : " runs") +
                                     " cannot determine " + std::to_string(num_free) +
                                     " coefficients; add runs, or fix some");
  }
}

/// Errors over the runs, weighted as in the fit, and the runs furthest off.
void describe_residuals(const FitLaw& law, const RunTable& runs, const CoefficientVector& theta,
                        FitReport& report) {
  constexpr std::size_t kShown = 10;
  std::vector<double> log_x(law.facts().variables.size());
  const auto residual_of = [&](std::size_t i) -> RunResidual {
    for (std::size_t v = 0; v < log_x.size(); ++v) {
      const Variable id = law.facts().variables[v];
      log_x[v] = law_input(id, runs.column(id)[i]);
    }
    const double log_loss = law.log_loss(theta, log_x);
    return {i, runs.loss[i], law.prediction(theta, log_x), log_loss - std::log(runs.loss[i])};
  };
  double sum_log = 0.0, sum_nats = 0.0, sum_weight = 0.0;
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    const RunResidual at = residual_of(i);
    const double weight = runs.weight.empty() ? 1.0 : runs.weight[i];
    sum_log += weight * at.log_residual * at.log_residual;
    const double miss = at.predicted - at.observed;
    sum_nats += weight * (miss * miss);
    sum_weight += weight;
  }
  report.rmse_log = std::sqrt(sum_log / sum_weight);
  report.rmse_nats = std::sqrt(sum_nats / sum_weight);
  // Losses of any sign have no logarithm that all could be ordered by.
  const bool by_log = std::isfinite(report.rmse_log);
  const auto is_worse = [&](const RunResidual& a, const RunResidual& b) {
    if (by_log) return std::abs(a.log_residual) > std::abs(b.log_residual);
    return std::abs(a.predicted - a.observed) > std::abs(b.predicted - b.observed);
  };
  std::vector<RunResidual>& worst = report.worst;
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    const RunResidual at = residual_of(i);
    if (worst.size() == kShown && !is_worse(at, worst.back())) continue;
    worst.insert(std::upper_bound(worst.begin(), worst.end(), at, is_worse), at);
    worst.resize(std::min(worst.size(), kShown));
  }
}

/// Starts of the fit: those given, then the law's own.
std::vector<CoefficientVector> all_starts(const LawFacts& law, const FitOptions& options,
                                          const FreeSpace& space) {
  std::vector<CoefficientVector> out;
  for (const std::vector<double>& given : options.first_starts) {
    out.push_back(space.gather(to_axis(law, given)));
  }
  const std::vector<CoefficientVector> own = free_starts(law, options, space);
  out.insert(out.end(), own.begin(), own.end());
  return out;
}

/// With a delta far below the scatter of the runs nearly every residual counts linearly, and a
/// descent stops wherever as many runs as coefficients are met exactly. Such an objective is
/// approached through wider ones: all starts at delta 1e-3, the minima found there down to the
/// delta asked for by factors of 3.16.
MultiStart from_wider_deltas(const Objective& objective, const FreeSpace& space,
                             const std::vector<CoefficientVector>& starts,
                             const FitOptions& options) {
  constexpr double kWidest = 1e-3, kNarrowing = 3.1622776601683795;
  const double last = objective.loss().delta();
  if (!(last < kWidest)) return multi_start(objective, space, starts, options);
  MultiStart out = multi_start(*objective.with(HuberLoss(kWidest)), space, starts, options);
  parallel_for(out.found.size(), options.num_threads, [&](std::size_t i) {
    stop_if_cancelled(options.cancelled);
    Minimum& at = out.found[i].at;
    for (double delta = kWidest / kNarrowing; delta > 1.01 * last; delta /= kNarrowing) {
      at = minimize(*objective.with(HuberLoss(delta)), space, at.phi);
    }
    at = minimize(objective, space, at.phi);
  });
  std::stable_sort(out.found.begin(), out.found.end(),
                   [](const auto& a, const auto& b) { return a.at.value < b.at.value; });
  return out;
}

/// The answers of the optimiser, from the numbers in the report.
void answer(FitReport& report) {
  constexpr double kFewestAgreeing = 0.01;
  auto& optimum = report.questions.optimum;
  if (!(report.gradient_norm <= gradient_limit(report.objective, report.num_runs))) {
    optimum.lower_to(OptimumWord::kNotFound, "the projected gradient is not zero");
  }
  if (report.starts_at_best < 2 && report.num_free > 0) {
    optimum.lower_to(OptimumWord::kNotFound, report.num_starts < 2
                                                 ? "one start cannot confirm itself"
                                                 : "no second start reached the best objective");
  }
  const bool converged = optimum.word != OptimumWord::kNotFound;
  report.status = converged ? FitStatus::kConverged : FitStatus::kNotConverged;
  if (converged && report.num_free > 0 &&
      static_cast<double>(report.starts_at_best) <
          kFewestAgreeing * static_cast<double>(report.num_starts)) {
    optimum.lower_to(OptimumWord::kNotFound,
                     "fewer than 1 % of the starts reached the best objective");
  }
  if (report.num_free > 0 && report.at_bound.size() >= report.num_free) {
    optimum.lower_to(
        OptimumWord::kArtificialBound,
        "every coefficient ended on a bound of its range: these numbers do not follow the law");
  }
  auto& coefficients = report.questions.coefficients;
  if (is_saddle(report.hessian_eigenvalues)) {
    coefficients.lower_to(
        CoefficientsWord::kNotDetermined,
        "the Hessian is not positive definite: some coefficients are not determined");
  } else if (!(report.condition_number < kSingular)) {
    coefficients.lower_to(
        CoefficientsWord::kNotDetermined,
        "some coefficients are not determined by these runs (condition number above 1e12)");
  }
  if (report.num_runs == report.num_free) {
    coefficients.lower_to(CoefficientsWord::kNotDetermined,
                          "as many coefficients as runs: the fit cannot show its error");
  }
}

}  // namespace

FitReport fit(const FitLaw& law, const RunTable& runs, const FitOptions& options) {
  const LawFacts& facts = law.facts();
  constexpr std::size_t kMostMinima = 8;
  FreeSpace space = free_space(facts, options);
  require_usable(facts, runs, options, space.size());
  const std::unique_ptr<Objective> owned =
      law.objective(runs, HuberLoss(options.huber_delta), options.residual);
  const Objective& objective = *owned;

  FitReport report;
  report.num_runs = runs.num_runs();
  report.num_free = static_cast<std::size_t>(space.size());
  report.ranges = ranges_of(runs);

  auto starts = from_wider_deltas(objective, space, all_starts(facts, options, space), options);
  report.num_starts = starts.num_starts;
  report.starts_abandoned = starts.num_abandoned;
  if (starts.found.empty()) {
    report.questions.optimum.lower_to(OptimumWord::kNotFound,
                                      "no start reached a finite objective");
    report.questions.coefficients.word = CoefficientsWord::kNotDetermined;
    report.reasons = report.questions.optimum.why;
    return report;
  }
  Widened wide = widen(facts, options, objective, space, starts.found);
  if (wide.found) {
    space = wide.space;
    starts.found = std::move(*wide.found);
    report.widened = true;
  }
  for (std::string& reason : wide.still_bound) {
    report.questions.optimum.lower_to(OptimumWord::kArtificialBound, std::move(reason));
  }
  report.best_start = starts.found.front().first_start;
  Minimum& best = starts.found.front().at;
  if (space.size() > 0) {
    if (const auto polished = polish_with_ceres(law, runs, options, space, best.phi)) {
      report.polish = Polish::kCeres;
      report.polish_iterations = polished->iterations;
      if (objective.value(space.expand(polished->phi)) < best.value) {
        best = minimize(objective, space, polished->phi);
      }
    }
    sharpen(objective, space, best, Damping::kWhereOpen);
  }
  report.objective = best.value;
  report.coefficients = coefficients_at(facts, space, best.phi, options, &report.at_bound);
  for (auto& found : starts.found) {
    if (!agree(found.at.value, best.value)) {
      if (report.minima.size() == kMostMinima) continue;
      // Taken to its end before it is compared. A descent that only got stuck is no minimum.
      const auto there = sharpen(objective, space, found.at, Damping::kWhereOpen);
      const auto gradient = projected_gradient(space, found.at.phi, space.reduce(there.gradient));
      if (space.size() > 0 &&
          gradient.lpNorm<Eigen::Infinity>() > gradient_limit(found.at.value, report.num_runs)) {
        continue;
      }
    }
    if (agree(found.at.value, best.value)) report.starts_at_best += found.num_starts;
    const auto same =
        std::find_if(report.minima.begin(), report.minima.end(), [&](const LocalMinimum& m) {
          return agree(found.at.value, m.objective) && agree(m.objective, found.at.value);
        });
    if (same != report.minima.end()) {
      same->num_starts += found.num_starts;
      continue;
    }
    report.minima.push_back(
        {coefficients_at(facts, space, found.at.phi, options), found.at.value, found.num_starts});
  }

  const auto theta = space.expand(best.phi);
  const auto at = objective.second_order(theta);
  const auto gradient = projected_gradient(space, best.phi, space.reduce(at.gradient));
  report.gradient_norm = gradient.lpNorm<Eigen::Infinity>();
  report.hessian_eigenvalues =
      loose_eigenvalues(space, best.phi, space.reduce_matrix(at.curvature));
  report.condition_number = condition_number(report.hessian_eigenvalues);
  describe_residuals(law, runs, theta, report);
  answer(report);
  if (options.profile) {
    report.profile = profile_intervals(facts, objective, space, best, options);
    report.tolerated_rise = tolerated_rise(objective, space, best);
  }
  judge(report);
  return report;
}

FitReport fit(const AnyLaw& law, const RunTable& runs, const FitOptions& options) {
  return fit(*fit_law(law), runs, options);
}

}  // namespace isoflop
