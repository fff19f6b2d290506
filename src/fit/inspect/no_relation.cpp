#include <algorithm>
#include <cmath>
#include <cstddef>
#include <Eigen/Core>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "fit/inspect_parts.hpp"
#include "fit/level_misfit.hpp"
#include "isoflop/core/word_list.hpp"
#include "isoflop/fit/find_far_runs.hpp"
#include "isoflop/fit/find_no_relation.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/laws/log_losses.hpp"
#include "isoflop/linear/dense.hpp"

namespace isoflop {
namespace {

/// Weighted squares of deviations, none beyond farthest_counted.
double squares_of(const std::vector<double>& deviations, const RunTable& runs) {
  const double most = farthest_counted(deviations);
  double out = 0.0;
  for (std::size_t i = 0; i < deviations.size(); ++i) {
    const double weight = runs.weight.empty() ? 1.0 : runs.weight[i];
    out += weight * std::pow(std::min(std::abs(deviations[i]), most), 2);
  }
  return out;
}

/// How surely the deviations go with the logarithms of the variables and their squares, in standard
/// deviations of a normal distribution.
double certainty_of_parabolas(const std::vector<double>& deviations, const RunTable& runs,
                              const LawFacts& facts) {
  const auto n = static_cast<Eigen::Index>(deviations.size());
  const auto num_variables = static_cast<Eigen::Index>(facts.variables.size());
  const double most = farthest_counted(deviations);
  Eigen::VectorXd y(n), root(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto row = static_cast<std::size_t>(i);
    root[i] = runs.weight.empty() ? 1.0 : std::sqrt(runs.weight[row]);
    y[i] = root[i] * std::clamp(deviations[row], -most, most);
  }
  Eigen::MatrixXd terms(n, 1 + 2 * num_variables);
  terms.col(0) = root;
  for (Eigen::Index v = 0; v < num_variables; ++v) {
    const Variable variable = facts.variables[static_cast<std::size_t>(v)];
    Eigen::VectorXd x(n);
    for (Eigen::Index i = 0; i < n; ++i) {
      x[i] = law_input(variable, runs.column(variable)[static_cast<std::size_t>(i)]);
    }
    x.array() -= x.mean();
    x /= std::max(x.cwiseAbs().maxCoeff(), 1e-9);
    terms.col(1 + 2 * v) = root.cwiseProduct(x);
    terms.col(2 + 2 * v) = root.cwiseProduct(x.cwiseAbs2());
  }
  if (!terms.allFinite()) return std::numeric_limits<double>::infinity();
  const Eigen::MatrixXd basis = orthonormal_basis(std::move(terms));
  const double by_constant = std::pow(root.dot(y), 2) / root.squaredNorm();
  const double by_all = products(basis, y).squaredNorm(), rest = y.squaredNorm() - by_all;
  const double above = static_cast<double>(basis.cols()) - 1.0;
  const double below = static_cast<double>(n - basis.cols());
  if (above < 1.0 || below < 1.0) return 0.0;
  return normal_of_f((by_all - by_constant) / above / (rest / below), above, below);
}

}  // namespace

std::vector<Finding> find_no_relation(const AnyLaw& law, const RunTable& runs,
                                      const FitReport& report) {
  constexpr double kCertain = 3.0;
  constexpr std::size_t kFewestLeft = 3;
  const std::size_t n = runs.num_runs();
  if (report.status == FitStatus::kFailed || report.num_free < 2) return {};
  if (n < report.num_free + kFewestLeft) return {};
  std::vector<double> logs, own = log_losses(law, report.coefficients, runs);
  for (const double loss : runs.loss) logs.push_back(std::log(loss));
  std::vector<double> sorted = logs;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(n / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  for (std::size_t i = 0; i < n; ++i) {
    own[i] = logs[i] - own[i];
    logs[i] -= *middle;
  }
  const double of_median = squares_of(logs, runs), of_law = squares_of(own, runs);
  if (!(of_median > 0.0) || !std::isfinite(of_law)) return {};
  const double above = static_cast<double>(report.num_free) - 1.0;
  const double below = static_cast<double>(n - report.num_free);
  const double f = std::max(0.0, of_median - of_law) / above / (of_law / below);
  if (!(normal_of_f(f, above, below) < kCertain)) return {};
  // A fit that went astray follows nothing either.
  if (!(certainty_of_parabolas(logs, runs, facts_of(law)) < kCertain)) return {};
  const LawFacts& facts = facts_of(law);
  std::vector<std::string> symbols;
  for (const Variable v : facts.variables) symbols.emplace_back(facts.info(v).symbol);
  Finding out{FindingSeverity::kSuspect, {}, {}, "", ""};
  out.what = "the losses " +
             std::string(symbols.size() > 1 ? "go neither with " : "do not go with ") +
             joined(symbols, " nor with ") + ": one number for all, " +
             detail::short_text(std::exp(*middle)) + ", is as close to them as the law";
  out.cure =
      "Look whether the column of losses is the right one and each row has its own; else add runs "
      "that differ more";
  return {out};
}

}  // namespace isoflop
