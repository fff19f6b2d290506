#include "fit/level_misfit.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <Eigen/Core>
#include <iomanip>
#include <numeric>
#include <sstream>
#include <utility>
#include <vector>

#include "fit/free_space.hpp"
#include "fit/inspect_parts.hpp"
#include "isoflop/core/select_rows.hpp"
#include "isoflop/fit/find_far_runs.hpp"
#include "isoflop/fit/fit_law.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/linear/dense.hpp"

namespace isoflop {
namespace {

constexpr double kOneValue = 0.05;    // in ln x: such values count as one
constexpr double kCertain = 3.3;      // of the normal distribution: one table in 2,000
constexpr double kMuchCloser = 1.25;  // scatter about the law over that about the levels
constexpr double kFewestLeft = 5.0;   // degrees of freedom
constexpr std::size_t kMostLevels = 64, kRunsOfLevel = 3;
constexpr std::size_t kMostRuns = 10'000;  // asked, of a longer table, for the time

/// The level of each run; empty where there are too many.
std::vector<std::size_t> levels_of(const std::vector<double>& column, std::size_t& num_levels) {
  std::vector<std::size_t> order(column.size()), out(column.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return column[a] < column[b]; });
  num_levels = 0;
  double first = 0.0;
  for (const std::size_t i : order) {
    const double x = log_value(column[i]);
    if (num_levels == 0 || x > first + kOneValue) {
      first = x;
      ++num_levels;
    }
    out[i] = num_levels - 1;
  }
  return num_levels <= std::min(kMostLevels, column.size() / kRunsOfLevel)
             ? out
             : std::vector<std::size_t>();
}

std::string ratio_text(double log_ratio) {
  std::ostringstream text;
  text << std::setprecision(2) << 100.0 * std::abs(std::expm1(log_ratio)) << " %";
  return text.str();
}

/// What is left of the residuals beside the law's own slopes.
struct Rest {
  Eigen::MatrixXd own;     ///< [runs x p] an orthonormal basis of the slopes
  Eigen::VectorXd left;    ///< [runs]
  Eigen::VectorXd weight;  ///< [runs] roots of the runs' weights
};

Rest rest_of(const FitLaw& law, const RunTable& runs, const FitOptions& options,
             const FitReport& report) {
  const LawFacts& facts = law.facts();
  const FreeSpace space = free_space(facts, options, report.widened ? Box::kWidest : Box::kOwn);
  const std::vector<double> axis = to_axis(facts, report.coefficients);
  const CoefficientVector theta =
      Eigen::Map<const CoefficientVector>(axis.data(), static_cast<Eigen::Index>(axis.size()));
  const auto n = static_cast<Eigen::Index>(runs.num_runs());
  Eigen::MatrixXd slopes(n, space.size());
  std::vector<double> residuals(runs.num_runs()), log_x(facts.variables.size());
  Rest out;
  out.weight.resize(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto row = static_cast<std::size_t>(i);
    for (std::size_t v = 0; v < log_x.size(); ++v) {
      log_x[v] = law_input(facts.variables[v], runs.column(facts.variables[v])[row]);
    }
    out.weight[i] = runs.weight.empty() ? 1.0 : std::sqrt(runs.weight[row]);
    residuals[row] = std::log(runs.loss[row]) - law.log_loss(theta, log_x);
    slopes.row(i) = out.weight[i] * space.reduce(law.gradient(theta, log_x)).transpose();
  }
  const double most = farthest_counted(residuals);
  out.left.resize(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const double r = residuals[static_cast<std::size_t>(i)];
    out.left[i] = out.weight[i] * (most > 0.0 ? std::clamp(r, -most, most) : r);
  }
  out.own = orthonormal_basis(std::move(slopes));
  out.left = without_span(out.own, out.left);
  return out;
}

/// How much of the rest the levels of a variable explain.
struct Explained {
  double squares = 0.0, degrees = 0.0;
};

Explained explained_by(const Rest& rest, const std::vector<std::size_t>& level,
                       std::size_t num_levels) {
  const auto size = static_cast<Eigen::Index>(num_levels);
  Eigen::MatrixXd shared = Eigen::MatrixXd::Zero(rest.own.cols(), size);
  Eigen::VectorXd sums = Eigen::VectorXd::Zero(size), counts = sums;
  for (Eigen::Index i = 0; i < rest.left.size(); ++i) {
    const auto at = static_cast<Eigen::Index>(level[static_cast<std::size_t>(i)]);
    shared.col(at) += rest.weight[i] * rest.own.row(i).transpose();
    sums[at] += rest.weight[i] * rest.left[i];
    counts[at] += rest.weight[i] * rest.weight[i];
  }
  Eigen::MatrixXd free = -products(shared, shared);
  free.diagonal() += counts;
  const SymmetricParts parts = symmetric_parts(free);
  const double least = 1e-6 * parts.values.cwiseAbs().maxCoeff();
  Explained out;
  for (Eigen::Index k = 0; k < size; ++k) {
    if (!(parts.values[k] > least)) continue;
    out.squares += std::pow(parts.vectors.col(k).dot(sums), 2) / parts.values[k];
    out.degrees += 1.0;
  }
  return out;
}

}  // namespace

double normal_of_f(double f, double above, double below) {
  const double a = 2.0 / (9.0 * above), b = 2.0 / (9.0 * below), root = std::cbrt(f);
  return ((1.0 - b) * root - (1.0 - a)) / std::sqrt(b * root * root + a);
}

std::optional<std::string> level_misfit(const FitLaw& law, const RunTable& runs,
                                        const FitOptions& options, const FitReport& report) {
  const LawFacts& facts = law.facts();
  if (report.coefficients.size() != facts.coefficients.size() || runs.num_runs() == 0) return {};
  if (runs.num_runs() > kMostRuns) {
    std::vector<std::size_t> some;
    const std::size_t step = (runs.num_runs() + kMostRuns - 1) / kMostRuns;
    for (std::size_t i = 0; i < runs.num_runs(); i += step) some.push_back(i);
    return level_misfit(law, select_rows(runs, some), options, report);
  }
  const Rest rest = rest_of(law, runs, options, report);
  const double all = rest.left.squaredNorm();
  const double count = static_cast<double>(runs.num_runs()),
               own = static_cast<double>(rest.own.cols());
  std::optional<std::string> out;
  double most = kCertain;
  for (const Variable v : facts.variables) {
    std::size_t num_levels = 0;
    if (is_plain(v)) continue;
    const std::vector<std::size_t> level = levels_of(runs.column(v), num_levels);
    if (level.empty()) continue;
    const Explained levels = explained_by(rest, level, num_levels);
    const double left = count - own - levels.degrees, within = (all - levels.squares) / left;
    if (levels.degrees < 1.0 || left < kFewestLeft || !(within > 0.0)) continue;
    const double f = levels.squares / levels.degrees / within;
    const double certain = normal_of_f(f, levels.degrees, left);
    const bool closer = all / (count - own) > kMuchCloser * kMuchCloser * within;
    if (!(certain > most) || !closer) continue;
    most = certain;
    std::vector<double> sums(num_levels), counts(num_levels), places(num_levels);
    for (std::size_t i = 0; i < level.size(); ++i) {
      const auto row = static_cast<Eigen::Index>(i);
      sums[level[i]] += rest.weight[row] * rest.left[row];
      counts[level[i]] += rest.weight[row] * rest.weight[row];
      places[level[i]] = runs.column(v)[i];
    }
    std::size_t worst = 0;
    for (std::size_t l = 0; l < num_levels; ++l) {
      sums[l] /= counts[l];
      if (std::abs(sums[l]) > std::abs(sums[worst])) worst = l;
    }
    const std::string symbol(facts.info(v).symbol);
    out = "the residuals go with " + symbol + ": the runs of one " + symbol +
          " lie off the fit together, those at " + detail::short_text(places[worst]) + " " +
          ratio_text(sums[worst]) + (sums[worst] > 0.0 ? " above" : " below") + ", and differ by " +
          ratio_text(std::sqrt(within)) +
          " among themselves: this law does not have the form of these runs";
  }
  return out;
}

}  // namespace isoflop
