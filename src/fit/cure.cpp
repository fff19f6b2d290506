// Which runs would help the coefficients that are weak: optimal design in its plainest form. The
// covariance of a fit is the inverse of its information, the sum of g g^T over the runs, g the
// slopes of ln L along the coefficients (Fisher; Fedorov 1972); more runs add to the sum.
#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "fit/free_space.hpp"
#include "isoflop/fit/cholesky.hpp"
#include "isoflop/fit/fit_law.hpp"
#include "isoflop/fit/verdict.hpp"
#include "isoflop/laws/coefficients.hpp"

namespace isoflop {
namespace {

using Point = std::vector<double>;  // log x

constexpr double kFartherBy = 4.0;  // new values beyond each end of the range
constexpr double kNotWorthIt = 0.95;

std::string human(double x) {
  std::ostringstream text;
  text << std::setprecision(2) << x;
  return text.str();
}

class Designer {
 public:
  Designer(const FitLaw& law, const RunTable& runs, const FitOptions& options,
           const FitReport& report)
      : law_(law),
        space_(free_space(law.facts(), options, report.widened ? Box::kWidest : Box::kOwn)) {
    const std::vector<double> axis = to_axis(law.facts(), report.coefficients);
    theta_ =
        Eigen::Map<const CoefficientVector>(axis.data(), static_cast<Eigen::Index>(axis.size()));
    information_ = CoefficientMatrix::Zero(space_.size(), space_.size());
    const auto& variables = law.facts().variables;
    low_.assign(variables.size(), std::numeric_limits<double>::infinity());
    high_.assign(variables.size(), -std::numeric_limits<double>::infinity());
    for (std::size_t i = 0; i < runs.num_runs(); ++i) {
      if (!runs.weight.empty() && runs.weight[i] == 0.0) continue;
      Point x(variables.size());
      for (std::size_t v = 0; v < variables.size(); ++v) {
        x[v] = law_input(variables[v], runs.column(variables[v])[i]);
        low_[v] = std::min(low_[v], x[v]);
        high_[v] = std::max(high_[v], x[v]);
      }
      add(information_, x);
    }
    for (const std::string& name : report.weak) {
      const int entry = space_.entry_of(static_cast<int>(coefficient_index(law.facts(), name)));
      if (entry >= 0) weak_.push_back(entry);
    }
    before_ = deviations(information_);
  }

  /// What the widths of the weak coefficients shrink to with more values of a variable, the widest
  /// remaining share first; 1 where the variable has no other values.
  double remaining(std::size_t v) const {
    CoefficientMatrix information = information_;
    for (const double at : new_values(v)) {
      for (const std::vector<double>* others : {&low_, &high_}) {
        Point x = *others;
        x[v] = at;
        add(information, x);
      }
    }
    const std::vector<double> after = deviations(information);
    double product = 1.0;
    for (std::size_t k = 0; k < after.size(); ++k) product *= after[k] / before_[k];
    return after.empty() ? 1.0 : std::pow(product, 1.0 / static_cast<double>(after.size()));
  }

  std::vector<double> new_values(std::size_t v) const {
    const Variable variable = law_.facts().variables[v];
    const VariableInfo& about = law_.facts().info(variable);
    std::vector<double> out;
    for (const double factor : {1.0 / kFartherBy, 0.5, 2.0, kFartherBy}) {
      const bool below = factor < 1.0;
      // A plain variable has no scale but its range: half of it beyond each end, and all of it.
      const double step = is_plain(variable)
                              ? (below ? -factor : 1.0 / factor) * 2.0 * (high_[v] - low_[v])
                              : std::log(factor);
      const double x = (below ? low_[v] : high_[v]) + step;
      // No expert is wider than the dense layer that it is split from, unless some were.
      const bool too_coarse = variable == Variable::kG && x < 0.0 && low_[v] >= 0.0;
      const bool is_one = value_fault(about, from_law_input(variable, x)).empty();
      if (is_one && !too_coarse) out.push_back(x);
    }
    return out;
  }

 private:
  void add(CoefficientMatrix& information, const Point& x) const {
    const CoefficientVector slope = space_.reduce(law_.gradient(theta_, x));
    if (slope.allFinite()) information += slope * slope.transpose();
  }

  /// Of the weak coefficients, in units of the noise.
  std::vector<double> deviations(CoefficientMatrix information) const {
    // A direction that nothing determines is worth so little that any run determines it better.
    for (int e = 0; e < space_.size(); ++e) {
      information(e, e) = information(e, e) * (1.0 + 1e-10) + 1e-12;
    }
    const CoefficientMatrix inverse = Cholesky(information).inverse();
    std::vector<double> out;
    for (const int e : weak_) out.push_back(std::sqrt(std::max(inverse(e, e), 1e-300)));
    return out;
  }

  const FitLaw& law_;
  FreeSpace space_;
  CoefficientVector theta_;
  CoefficientMatrix information_;
  std::vector<double> low_, high_, before_;
  std::vector<int> weak_;
};

}  // namespace

std::string cure_of(const FitLaw& law, const RunTable& runs, const FitOptions& options,
                    const FitReport& report) {
  if (report.weak.empty()) return "";
  const Designer designer(law, runs, options, report);
  const auto& variables = law.facts().variables;
  std::size_t best = variables.size();
  double least = kNotWorthIt;
  for (std::size_t v = 0; v < variables.size(); ++v) {
    const double share = designer.remaining(v);
    if (share < least) {
      least = share;
      best = v;
    }
  }
  if (best == variables.size()) return "";
  const std::string symbol(law.facts().info(variables[best]).symbol);
  std::string values;
  for (const double log_x : designer.new_values(best)) {
    values += (values.empty() ? "" : ", ") + human(from_law_input(variables[best], log_x));
  }
  std::string others;
  for (const Variable v : variables) {
    if (v == variables[best]) continue;
    others += (others.empty() ? "" : " and ") + std::string(law.facts().info(v).symbol);
  }
  return "Add runs at other values of " + symbol + " (" + values + ")" +
         (others.empty() ? "" : ", each at small and at large " + others) +
         ": eight of them would leave " + human(100.0 * least) + " % of the width";
}

}  // namespace isoflop
