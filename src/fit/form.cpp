// Whether a law has the form of its runs; include/isoflop/fit/questions.hpp says how it is asked.
#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <memory>
#include <sstream>
#include <vector>

#include "fit/free_space.hpp"
#include "fit/level_misfit.hpp"
#include "fit/minimizer.hpp"
#include "isoflop/core/select_rows.hpp"
#include "isoflop/core/student_quantile.hpp"
#include "isoflop/error.hpp"
#include "isoflop/fit/cholesky.hpp"
#include "isoflop/fit/fit_law.hpp"
#include "isoflop/fit/hold_out.hpp"
#include "isoflop/fit/verdict.hpp"
#include "isoflop/laws/coefficients.hpp"

namespace isoflop {
namespace {

constexpr double kHiddenShare = 0.2;
constexpr std::size_t kFewestHidden = 4, kSpareRuns = 5;

/// A fifth of the runs from the top; nothing hidden where the rest could not be fitted. Where there
/// is no compute the law says what is large: by the losses themselves the luckiest runs would go.
Split top_runs(const LawFacts& law, RunTable runs, const std::vector<double>& predicted,
               std::size_t num_free) {
  HoldOutRule rule;
  rule.share = kHiddenShare;
  rule.by = law.has(Variable::kN) && law.has(Variable::kD) ? HoldOutBy::kCompute : HoldOutBy::kLoss;
  const auto wanted = kHiddenShare * static_cast<double>(runs.num_runs());
  if (wanted < static_cast<double>(kFewestHidden)) return {};
  runs.loss = predicted;
  Split split;
  try {
    split = split_runs(runs, rule);
  } catch (const DataError&) {
    return {};  // all runs have one compute
  }
  const bool enough = split.fitted.size() >= num_free + kSpareRuns;
  return enough && split.held_out.size() >= kFewestHidden ? split : Split{};
}

/// log x [V] of a run.
std::vector<double> point_of(const LawFacts& law, const RunTable& runs, std::size_t i) {
  std::vector<double> out;
  for (const Variable v : law.variables) out.push_back(law_input(v, runs.column(v)[i]));
  return out;
}

/// The law fitted to some of the runs, linear in its coefficients around the best.
class LinearFit {
 public:
  LinearFit(const FitLaw& law, const RunTable& runs, const FitOptions& options,
            const FitReport& report)
      : law_(law),
        space_(free_space(law.facts(), options, report.widened ? Box::kWidest : Box::kOwn)) {
    const auto objective = law.objective(runs, HuberLoss(options.huber_delta), options.residual);
    Minimum best;
    for (const LocalMinimum& m : report.minima) {
      const Minimum at =
          minimize(*objective, space_, space_.gather(to_axis(law.facts(), m.coefficients)));
      if (at.value < best.value) best = at;
    }
    theta_ = space_.expand(best.phi);
    CoefficientMatrix information = CoefficientMatrix::Zero(space_.size(), space_.size());
    double squares = 0.0, count = 0.0;
    for (std::size_t i = 0; i < runs.num_runs(); ++i) {
      const std::vector<double> log_x = point(runs, i);
      const double error = std::log(runs.loss[i]) - law.log_loss(theta_, log_x);
      const CoefficientVector slope = space_.reduce(law.gradient(theta_, log_x));
      information += slope * slope.transpose();
      squares += error * error;
      count += 1.0;
    }
    // So much that a direction that nothing determines stays undetermined without being singular.
    for (int e = 0; e < space_.size(); ++e) information(e, e) *= 1.0 + 1e-10;
    for (int e = 0; e < space_.size(); ++e) information(e, e) += 1e-12;
    solver_ = Cholesky(information);
    variance_ = squares / (count - static_cast<double>(space_.size()));
  }

  double error(const RunTable& runs, std::size_t i) const {
    return std::log(runs.loss[i]) - law_.log_loss(theta_, point(runs, i));
  }

  /// Of a new run there. With a delta far below the noise the fit is one of least absolute
  /// deviations, whose coefficients scatter by pi / 2 more than those of least squares.
  double standard_deviation(const RunTable& runs, std::size_t i) const {
    constexpr double kOfMedian = 1.5707963267948966;
    const CoefficientVector slope = space_.reduce(law_.gradient(theta_, point(runs, i)));
    return std::sqrt(variance_ * (1.0 + kOfMedian * slope.dot(solver_.solve(slope))));
  }

 private:
  std::vector<double> point(const RunTable& runs, std::size_t i) const {
    return point_of(law_.facts(), runs, i);
  }

  const FitLaw& law_;
  FreeSpace space_;
  CoefficientVector theta_;
  Cholesky solver_;
  double variance_ = 0.0;
};

/// A word of lack of fit stays.
void holds(FitReport& report) {
  FormWord& word = report.questions.form.word;
  if (word == FormWord::kUntested) word = FormWord::kHolds;
}

std::string per_cent(double share) {
  std::ostringstream text;
  text << std::setprecision(2) << 100.0 * share << " %";
  return text.str();
}

/// A variance of few degrees of freedom may be this many times what it seems: the reciprocal of
/// the 1 % quantile of chi squared (Wilson, Hilferty 1931) over its mean.
double room_of(std::size_t degrees_of_freedom) {
  constexpr double kOnePerCent = -2.3263478740408408;
  const double a = 2.0 / (9.0 * static_cast<double>(degrees_of_freedom));
  const double quantile = std::pow(1.0 - a + kOnePerCent * std::sqrt(a), 3);
  return quantile > 0.0 ? 1.0 / quantile : std::numeric_limits<double>::infinity();
}

void compare_with_noise(const SeedNoise& noise, FitReport& report) {
  constexpr double kMost = 2.0;
  if (!(noise.sd_log > 0.0) || report.num_runs <= report.num_free) return;
  const double n = static_cast<double>(report.num_runs);
  const double p = static_cast<double>(report.num_free);
  const double error = report.rmse_log * std::sqrt(n / (n - p));
  report.form->error_over_noise = error / noise.sd_log;
  const double least = std::max(kMost, std::sqrt(room_of(noise.degrees_of_freedom)));
  if (report.form->error_over_noise > least) {
    report.questions.form.lower_to(
        FormWord::kLackOfFit, "the fit misses the runs by " + per_cent(error) +
                                  ", where repeats of a cell differ by " + per_cent(noise.sd_log) +
                                  ": this law does not have their form");
  } else {
    holds(report);
  }
}

Split split_by_prediction(const FitLaw& law, const RunTable& runs, const FitReport& report) {
  const std::vector<double> theta = to_axis(law.facts(), report.coefficients);
  std::vector<double> predicted;
  predicted.reserve(runs.num_runs());
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    predicted.push_back(std::exp(law.log_loss(
        Eigen::Map<const CoefficientVector>(theta.data(), static_cast<Eigen::Index>(theta.size())),
        point_of(law.facts(), runs, i))));
  }
  return top_runs(law.facts(), runs, predicted, report.num_free);
}

void forecast(const FitLaw& law, const RunTable& runs, const FitOptions& options,
              FitReport& report) {
  constexpr double kLeastCovered = 0.5;
  const Split split = split_by_prediction(law, runs, report);
  if (split.held_out.empty()) return;
  const RunTable hidden = select_rows(runs, split.held_out);
  const LinearFit rest(law, select_rows(runs, split.fitted), options, report);
  const double quantile = student_quantile(0.975, split.fitted.size() - report.num_free);
  std::size_t inside = 0;
  for (std::size_t i = 0; i < hidden.num_runs(); ++i) {
    inside += std::abs(rest.error(hidden, i)) <= quantile * rest.standard_deviation(hidden, i);
  }
  report.form->num_hidden = hidden.num_runs();
  report.form->covered = static_cast<double>(inside) / static_cast<double>(hidden.num_runs());
  if (report.form->covered < kLeastCovered) {
    report.questions.form.lower_to(
        FormWord::kLackOfFit,
        "fitted without the " + std::to_string(hidden.num_runs()) +
            " largest runs, the law forecasts only " + per_cent(report.form->covered) +
            " of them inside their 95 % interval: it bends away from the runs");
  } else {
    holds(report);
  }
}

}  // namespace

void add_form(const FitLaw& law, const RunTable& runs, const FitOptions& options,
              const std::optional<SeedNoise>& noise, FitReport& report) {
  report.form.emplace();
  if (std::find(runs.weight.begin(), runs.weight.end(), 0.0) == runs.weight.end()) {
    forecast(law, runs, options, report);
  } else {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < runs.num_runs(); ++i) {
      if (runs.weight[i] > 0.0) rows.push_back(i);
    }
    forecast(law, select_rows(runs, rows), options, report);
  }
  if (const auto misfit = level_misfit(law, runs, options, report)) {
    report.questions.form.lower_to(FormWord::kLackOfFit, *misfit);
  }
  if (noise) compare_with_noise(*noise, report);
  judge(report);
}

}  // namespace isoflop
