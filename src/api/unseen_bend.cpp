#include "api/unseen_bend.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "isoflop/fit/cholesky.hpp"
#include "isoflop/fit/find_far_runs.hpp"
#include "isoflop/laws/coefficients.hpp"

namespace isoflop::api {
namespace {

constexpr double kSearch = 6.9;  // in ln N on either side of the plan: a factor of 1,000

/// The least of f over [low, high] and where it lies, by golden section.
double least_at(const std::function<double(double)>& f, double low, double high) {
  constexpr double kGolden = 0.6180339887498949, kAccuracy = 1e-4;
  double a = high - kGolden * (high - low), b = low + kGolden * (high - low);
  double at_a = f(a), at_b = f(b);
  while (high - low > kAccuracy) {
    if (at_a < at_b) {
      high = b;
      b = a;
      at_b = at_a;
      a = high - kGolden * (high - low);
      at_a = f(a);
    } else {
      low = a;
      a = b;
      at_a = at_b;
      b = low + kGolden * (high - low);
      at_b = f(b);
    }
  }
  return 0.5 * (low + high);
}

class BentLaw {
 public:
  BentLaw(const FitLaw& law, const RunTable& runs, const FitReport& report)
      : law_(law), point_(law.facts().variables.size()) {
    const std::vector<double> axis = to_axis(law.facts(), report.coefficients);
    theta_ =
        Eigen::Map<const CoefficientVector>(axis.data(), static_cast<Eigen::Index>(axis.size()));
    const auto& variables = law.facts().variables;
    for (std::size_t v = 0; v < variables.size(); ++v) {
      std::vector<double> logs;
      for (const double x : runs.column(variables[v])) logs.push_back(log_value(x));
      std::nth_element(logs.begin(), logs.begin() + static_cast<std::ptrdiff_t>(logs.size() / 2),
                       logs.end());
      point_[v] = logs[logs.size() / 2];
      if (variables[v] == Variable::kN) n_ = v;
      if (variables[v] == Variable::kD) d_ = v;
    }
  }

  /// Bends it along N or along D by twice the standard error of the bend.
  void bend(bool along_n, double sign, const RunTable& runs, const FitOptions& options,
            const FitReport& report) {
    bent_ = along_n ? n_ : d_;
    const auto size = theta_.size();
    CoefficientMatrix information = CoefficientMatrix::Zero(size, size);
    CoefficientVector slope_times_bend = CoefficientVector::Zero(size);
    const std::size_t n = runs.num_runs();
    mean_ = 0.0;
    for (const double x : runs.column(law_.facts().variables[bent_])) {
      mean_ += std::log(x) / static_cast<double>(n);
    }
    double bend_squares = 0.0;
    std::vector<double> residuals(n);
    std::vector<double> x(point_.size());
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t v = 0; v < x.size(); ++v) {
        x[v] = log_value(runs.column(law_.facts().variables[v])[i]);
      }
      const CoefficientVector slope = free_slope(x, options);
      residuals[i] = std::log(runs.loss[i]) - law_.log_loss(theta_, x);
      const double z = std::pow(x[bent_] - mean_, 2);
      information += slope * slope.transpose();
      slope_times_bend += z * slope;
      bend_squares += z * z;
    }
    for (Eigen::Index p = 0; p < size; ++p) information(p, p) += 1e-10 * information(p, p) + 1e-12;
    followed_ = Cholesky(information).solve(slope_times_bend);
    const double left = bend_squares - slope_times_bend.dot(followed_);
    const double count = static_cast<double>(n), free = static_cast<double>(report.num_free);
    const double noise =
        scatter(residuals, runs, report.rmse_log) * std::sqrt(count / (count - free));
    options_ = &options;
    size_ = sign * 2.0 * noise / std::sqrt(std::max(left, 1e-300));
  }

  double log_loss(double log_budget, double log_n) const {
    std::vector<double> x = point_;
    x[n_] = log_n;
    x[d_] = log_budget - std::log(6.0) - log_n;
    double out = law_.log_loss(theta_, x);
    if (size_ != 0.0) {
      const double z = std::pow(x[bent_] - mean_, 2);
      out += size_ * (z - free_slope(x, *options_).dot(followed_));
    }
    return out;
  }

  /// ln N of the best model of a budget near another.
  double best(double log_budget, double near, double within) const {
    return least_at([&](double log_n) { return log_loss(log_budget, log_n); }, near - within,
                    near + within);
  }

 private:
  /// The error of the fit, in which a run that a robust fit does not follow counts no more than one
  /// at the edge of the usual.
  static double scatter(const std::vector<double>& residuals, const RunTable& runs, double rmse) {
    const double most = farthest_counted(residuals);
    if (!(most > 0.0)) return rmse;
    double all = 0.0, counted = 0.0;
    for (std::size_t i = 0; i < residuals.size(); ++i) {
      const double weight = runs.weight.empty() ? 1.0 : runs.weight[i];
      const double size = std::abs(residuals[i]);
      all += weight * std::pow(size, 2);
      counted += weight * std::pow(std::min(size, most), 2);
    }
    return rmse * std::sqrt(counted / all);
  }

  /// Slopes along the coefficients that were fitted.
  CoefficientVector free_slope(const std::vector<double>& x, const FitOptions& options) const {
    CoefficientVector out = law_.gradient(theta_, x);
    for (std::size_t p = 0; p < law_.facts().coefficients.size(); ++p) {
      if (options.fixed.contains(std::string(law_.facts().coefficients[p].name))) {
        out[static_cast<Eigen::Index>(p)] = 0.0;
      }
    }
    return out;
  }

  const FitLaw& law_;
  std::vector<double> point_;
  CoefficientVector theta_, followed_;
  const FitOptions* options_ = nullptr;
  std::size_t n_ = 0, d_ = 0, bent_ = 0;
  double mean_ = 0.0, size_ = 0.0;
};

}  // namespace

UnseenBend lost_to_unseen_bend(const FitLaw& law, const RunTable& runs, const FitOptions& options,
                               const FitReport& report, double budget) {
  constexpr double kFewest = 1e-3;  // of the budget: what a bend may leave of its worth
  if (report.num_runs <= report.num_free) return {1.0, Variable::kN};
  BentLaw bent(law, runs, report);
  const double log_budget = std::log(budget);
  const double middle = 0.5 * log_budget - 0.5 * std::log(6.0);
  const double planned = bent.best(log_budget, middle, 2.0 * kSearch);
  UnseenBend most;
  for (const bool along_n : {true, false}) {
    for (const double sign : {1.0, -1.0}) {
      bent.bend(along_n, sign, runs, options, report);
      const double reached = bent.log_loss(log_budget, planned);
      double low = log_budget + std::log(kFewest), high = log_budget;
      while (high - low > 1e-3) {
        const double half = 0.5 * (low + high);
        const double at_best = bent.best(half, planned + 0.5 * (half - log_budget), kSearch);
        (bent.log_loss(half, at_best) > reached ? low : high) = half;
      }
      const double lost = -std::expm1(high - log_budget);
      if (lost > most.lost) most = {lost, along_n ? Variable::kN : Variable::kD};
    }
  }
  return most;
}

}  // namespace isoflop::api
