#include "isoflop/fit/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "fit/block_descent.hpp"
#include "fit/resampling.hpp"
#include "fit/starts.hpp"
#include "fit/with_progress.hpp"
#include "isoflop/error.hpp"
#include "isoflop/fit/fit_law.hpp"
#include "isoflop/laws/coefficients.hpp"

namespace isoflop {
namespace {

/// Refits one law to reweighted runs.
class Refitter {
 public:
  struct Refit {
    CoefficientVector phi;
    bool certified = false;
    bool sent_back = false;
  };

  Refitter(const FitLaw& law, const RunTable& runs, const FitOptions& options, const FitReport& fit)
      : options_(options),
        law_(law.facts()),
        space_(free_space(law_, options, fit.widened ? Box::kWidest : Box::kOwn)),
        objective_(law.objective(runs, HuberLoss(options.huber_delta), options.residual)) {
    for (const LocalMinimum& m : fit.minima) {
      minima_.push_back(space_.gather(to_axis(law_, m.coefficients)));
    }
    if (minima_.empty()) throw InvalidArgument("there is no fit to start the resamples from");
  }

  const FreeSpace& space() const { return space_; }
  std::size_t num_runs() const { return objective_->num_runs(); }

  /// The share of the runs whose residuals are beyond the Huber delta: nearly all where the fit is
  /// one of least absolute deviations, none where it is one of least squares.
  double beyond_delta() const {
    std::vector<double> residuals, weights;
    objective_->residuals(space_.expand(minima_.front()), residuals, weights);
    const auto beyond = std::count_if(residuals.begin(), residuals.end(),
                                      [&](double r) { return std::abs(r) > options_.huber_delta; });
    return static_cast<double>(beyond) / static_cast<double>(residuals.size());
  }

  Refit refit(const std::vector<double>& counts, std::uint64_t seed) const {
    const std::unique_ptr<Objective> resample = objective_->resampled(counts);
    const Objective& objective = *resample;
    Minimum at = BlockDescent(objective, space_).run(minima_.front());
    Refit out;
    out.certified = is_certified(objective, at);
    if (!out.certified && std::isfinite(at.value)) {
      at = minimize(objective, space_, at.phi);
      out.certified = is_certified(objective, at);
    }
    out.phi = at.phi;
    if (out.certified) return out;

    out.sent_back = true;
    constexpr std::size_t kColdStarts = 64;
    FitOptions cold = options_;
    cold.num_starts = kColdStarts;
    cold.seed = seed;
    std::vector<CoefficientVector> starts(minima_);
    const std::vector<CoefficientVector> sample = free_starts(law_, cold, space_);
    starts.insert(starts.end(), sample.begin(), sample.end());
    for (const CoefficientVector& start : starts) {
      const auto m = minimize(objective, space_, start);
      if (m.value < at.value || !std::isfinite(at.value)) at = m;
    }
    out.certified = is_certified(objective, at);
    out.phi = at.phi;
    return out;
  }

 private:
  /// Projected gradient zero, Hessian positive definite where no bound holds, and none of the fit's
  /// minima better on these runs. Sharpens `at` on the way.
  bool is_certified(const Objective& objective, Minimum& at) const {
    if (!std::isfinite(at.value)) return false;
    const Derivatives there = sharpen(objective, space_, at);
    if (space_.size() == 0) return true;
    const auto gradient = projected_gradient(space_, at.phi, space_.reduce(there.gradient));
    if (!(gradient.lpNorm<Eigen::Infinity>() <= gradient_limit(at.value, objective.num_runs()))) {
      return false;
    }
    const auto eigenvalues =
        loose_eigenvalues(space_, at.phi, space_.reduce_matrix(there.curvature));
    if (!eigenvalues.empty() && !(eigenvalues.front() > 0.0)) return false;
    return std::none_of(minima_.begin(), minima_.end(), [&](const CoefficientVector& m) {
      return objective.value(space_.expand(m)) < at.value;
    });
  }

  const FitOptions& options_;
  const LawFacts& law_;
  FreeSpace space_;
  std::unique_ptr<Objective> objective_;
  std::vector<CoefficientVector> minima_;
};

}  // namespace

BootstrapReport bootstrap(const FitLaw& law, const RunTable& runs, const FitOptions& options,
                          const FitReport& fit, const BootstrapOptions& how) {
  const Refitter refitter(law, runs, options, fit);
  using Refit = Refitter::Refit;
  const auto units = sampling_units(runs);
  const auto blocks =
      how.jackknife ? jackknife_blocks(units, how.seed) : std::vector<std::vector<std::size_t>>();
  const std::size_t num_drawn =
      resample_size(units.size(), static_cast<std::size_t>(refitter.space().size()),
                    refitter.beyond_delta(), how.size);
  BootstrapReport report;
  report.resamples = how.resamples;
  report.num_groups = units.size();
  report.resample_size = num_drawn;

  std::vector<Refit> refits(how.resamples + blocks.size());
  with_progress(refits.size(), options, options.progress, [&](std::size_t i) {
    Random random = random_for(how.seed, i);
    std::vector<double> counts(refitter.num_runs(), 0.0);
    if (i < how.resamples) {
      for (std::size_t k = 0; k < num_drawn; ++k) {
        for (const std::size_t row : units[random.below(units.size())]) counts[row] += 1.0;
      }
    } else {
      counts.assign(counts.size(), 1.0);
      for (const std::size_t row : blocks[i - how.resamples]) counts[row] = 0.0;
    }
    if (std::any_of(counts.begin(), counts.end(), [](double c) { return c > 0.0; })) {
      refits[i] = refitter.refit(counts, how.seed + i);
    }
  });

  for (std::size_t i = 0; i < refits.size(); ++i) {
    const bool resample = i < how.resamples;
    if (resample) {
      report.sent_back += refits[i].sent_back;
      ++(refits[i].certified ? report.certified : report.failed);
    }
    if (!refits[i].certified) continue;
    auto& draws = resample ? report.draws.bootstrap : report.draws.jackknife;
    draws.push_back(coefficients_at(law.facts(), refitter.space(), refits[i].phi, options));
  }
  return report;
}

BootstrapReport bootstrap(const AnyLaw& law, const RunTable& runs, const FitOptions& options,
                          const FitReport& fit, const BootstrapOptions& how) {
  return bootstrap(*fit_law(law), runs, options, fit, how);
}

}  // namespace isoflop
