#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <numeric>

#include "fit/inspect/extended_fit.hpp"
#include "fit/inspect_parts.hpp"
#include "isoflop/error.hpp"
#include "isoflop/fit/find_shifted_runs.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/linear/dense.hpp"

namespace isoflop {
namespace detail {
namespace {

constexpr double kTimesTheError = 10.0;    // of a shift that is named
constexpr double kMuchCloser = 3.0;        // so many times less scatter than without it
constexpr double kBetterThanSmooth = 2.0;  // so many times less scatter than a smooth term leaves
constexpr std::size_t kFewestAside = 3;    // runs on either side
constexpr int kManySteps = 300;

/// Runs that may be of another kind, and the words for them.
struct Candidate {
  std::vector<bool> in;                        ///< [asked]
  std::string where;                           ///< "N >= 8e8"; empty: no column tells
  std::function<bool(std::size_t row)> holds;  ///< for every row of the table
  Eigen::VectorXd bend;  ///< [asked] of the variable beyond the threshold; empty: none
  double gain = 0.0;     ///< share of the squares that a shift takes away, in linear terms
};

class ShiftSearch {
 public:
  ShiftSearch(const FitLaw& law, const RunTable& runs, const FitOptions& options)
      : runs_(runs), facts_(law.facts()), space_(free_space(facts_, options)) {
    constexpr std::size_t kMost = 150;
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < runs.num_runs(); ++i) {
      if (runs.weight.empty() || runs.weight[i] > 0.0) rows.push_back(i);
    }
    const std::size_t count = std::min(rows.size(), kMost);
    for (std::size_t i = 0; i < count; ++i) rows_.push_back(rows[i * rows.size() / count]);
    asked_.law = &law;
    asked_.space = &space_;
    asked_.log_loss.resize(static_cast<Eigen::Index>(count));
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<double>& log_x = asked_.log_x.emplace_back();
      for (const Variable v : facts_.variables) {
        log_x.push_back(law_input(v, runs.column(v)[rows_[i]]));
      }
      asked_.log_loss[static_cast<Eigen::Index>(i)] = std::log(runs.loss[rows_[i]]);
    }
  }

  std::vector<Finding> look(const std::vector<double>& coefficients) {
    constexpr double kExact = 1e-5;  // scatter of losses that were computed
    constexpr std::size_t kTried = 8;
    constexpr double kNoDifference = 0.98;  // then the one that rated better stays
    const auto n = static_cast<Eigen::Index>(rows_.size());
    if (n < space_.size() + 6) return {};
    const CoefficientVector begin = space_.gather(to_axis(facts_, coefficients));
    plain_ = fit_extended(asked_, Eigen::MatrixXd(n, 0), begin);
    if (!std::isfinite(plain_.scatter) || plain_.scatter < kExact) return {};
    by_groups();
    by_variables();
    by_residuals();
    rate();
    std::stable_sort(candidates_.begin(), candidates_.end(),
                     [](const Candidate& a, const Candidate& b) { return a.gain > b.gain; });
    const Candidate* best = nullptr;
    ExtendedFit best_fit;
    for (std::size_t i = 0; i < std::min(candidates_.size(), kTried); ++i) {
      const Candidate& candidate = candidates_[i];
      if (candidate.gain < 0.1) break;
      const ExtendedFit fit = fit_with_shift(candidate);
      if (best && !(fit.scatter < kNoDifference * best_fit.scatter)) continue;
      best = &candidate;
      best_fit = fit;
    }
    if (!best) return {};
    // A shift in sight is worth the way to the end of a bent valley.
    if (std::abs(best_fit.extra[0]) > 2.0 * best_fit.scatter) {
      best_fit = fit_extended(asked_, indicator(*best), best_fit.phi, kManySteps);
    }
    if (!is_shift(*best, best_fit)) return {};
    return {describe(*best, best_fit)};
  }

 private:
  Eigen::MatrixXd indicator(const Candidate& candidate) const {
    Eigen::MatrixXd out(static_cast<Eigen::Index>(rows_.size()), 1);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      out(static_cast<Eigen::Index>(i), 0) = candidate.in[i];
    }
    return out;
  }

  /// The larger side alone, from a place.
  CoefficientVector fit_of_one_side(const Candidate& candidate,
                                    const CoefficientVector& begin) const {
    const auto inside = std::count(candidate.in.begin(), candidate.in.end(), true);
    const bool side = 2 * static_cast<std::size_t>(inside) > candidate.in.size();
    AskedRuns some{asked_.law, asked_.space, {}, {}};
    std::vector<double> log_loss;
    for (std::size_t i = 0; i < candidate.in.size(); ++i) {
      if (candidate.in[i] != side) continue;
      some.log_x.push_back(asked_.log_x[i]);
      log_loss.push_back(asked_.log_loss[static_cast<Eigen::Index>(i)]);
    }
    const auto n = static_cast<Eigen::Index>(log_loss.size());
    some.log_loss = Eigen::Map<const Eigen::VectorXd>(log_loss.data(), n);
    return fit_extended(some, Eigen::MatrixXd(n, 0), begin, kManySteps).phi;
  }

  /// From the fit of all runs, from the middle of the law's box of starts, and from what fits one
  /// side: what two kinds together bent out of shape is no place to begin.
  ExtendedFit fit_with_shift(const Candidate& candidate) const {
    std::vector<double> middle(facts_.theta_size, 0.0);
    for (std::size_t p = 0; p < facts_.coefficients.size(); ++p) {
      const CoefficientInfo& c = facts_.coefficients[p];
      middle[p] = 0.5 * (c.start_low + c.start_high);
    }
    const Eigen::MatrixXd shift = indicator(candidate);
    const CoefficientVector centre = space_.gather(middle);
    ExtendedFit out = fit_extended(asked_, shift, plain_.phi);
    for (const CoefficientVector& begin : {centre, fit_of_one_side(candidate, centre)}) {
      ExtendedFit other = fit_extended(asked_, shift, begin);
      if (other.scatter < out.scatter) out = std::move(other);
    }
    return out;
  }

  void add(Candidate candidate) {
    const auto inside =
        static_cast<std::size_t>(std::count(candidate.in.begin(), candidate.in.end(), true));
    const std::size_t least = std::max(kFewestAside, rows_.size() / 10);
    if (inside < least || rows_.size() - inside < least) return;
    candidates_.push_back(std::move(candidate));
  }

  void by_variables() {
    constexpr std::size_t kMostCuts = 60;
    constexpr double kApart = 0.02;  // in ln x: nearer values are one
    for (const VariableInfo& about : kVariables) {
      const std::vector<double>& column = runs_.column(about.id);
      if (column.empty()) continue;
      std::vector<double> values;
      for (const std::size_t row : rows_) values.push_back(log_value(column[row]));
      std::vector<double> sorted = values;
      std::sort(sorted.begin(), sorted.end());
      std::vector<double> cuts;
      for (std::size_t i = 1; i < sorted.size(); ++i) {
        if (sorted[i] - sorted[i - 1] > kApart) cuts.push_back(sorted[i]);
      }
      const std::size_t count = std::min(cuts.size(), kMostCuts);
      for (std::size_t c = 0; c < count; ++c) {
        const double cut = cuts[c * cuts.size() / count];
        Candidate candidate;
        candidate.bend.resize(static_cast<Eigen::Index>(values.size()));
        for (std::size_t i = 0; i < values.size(); ++i) {
          candidate.in.push_back(values[i] >= cut);
          candidate.bend[static_cast<Eigen::Index>(i)] = std::max(values[i] - cut, 0.0);
        }
        double least = 0.0;
        for (std::size_t i = 0; i < values.size(); ++i) {
          if (values[i] == cut) least = column[rows_[i]];
        }
        candidate.holds = [&column, least](std::size_t row) { return column[row] >= least; };
        candidate.where = std::string(about.symbol) + " >= " + short_text(least);
        add(std::move(candidate));
      }
    }
  }

  void by_groups() {
    constexpr std::size_t kMostGroups = 64;
    if (runs_.group.empty()) return;
    std::map<std::string, std::size_t> sizes;
    for (const std::size_t row : rows_) ++sizes[runs_.group[row]];
    if (sizes.size() > kMostGroups) return;
    for (const auto& [group, size] : sizes) {
      if (sizes.size() == 2 && 2 * size > rows_.size()) continue;  // the other one says the same
      Candidate candidate;
      candidate.holds = [this, group = group](std::size_t row) {
        return runs_.group[row] == group;
      };
      for (const std::size_t row : rows_) candidate.in.push_back(candidate.holds(row));
      candidate.where = "group " + group;
      add(std::move(candidate));
    }
  }

  /// Runs beyond the widest gap among the residuals.
  void by_residuals() {
    std::vector<std::size_t> order(rows_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto residual = [&](std::size_t i) {
      return plain_.residuals[static_cast<Eigen::Index>(i)];
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return residual(a) < residual(b); });
    std::size_t cut = 0;
    double widest = 0.0;
    for (std::size_t i = kFewestAside; i + kFewestAside <= order.size(); ++i) {
      const double gap = residual(order[i]) - residual(order[i - 1]);
      if (gap <= widest) continue;
      widest = gap;
      cut = i;
    }
    Candidate candidate;
    candidate.in.assign(rows_.size(), false);
    for (std::size_t i = 0; i < cut; ++i) candidate.in[order[i]] = true;
    add(std::move(candidate));
  }

  /// What a shift would take away of the squares, with the law's coefficients free to follow.
  void rate() {
    const Eigen::VectorXd root = plain_.weights.cwiseSqrt();
    const Eigen::MatrixXd law = orthonormal_basis(root.asDiagonal() * plain_.jacobian);
    const Eigen::VectorXd rest = without_span(law, root.cwiseProduct(plain_.residuals));
    const auto gain_of = [&](const Eigen::VectorXd& term) {
      const Eigen::VectorXd own = without_span(law, root.cwiseProduct(term));
      const double size = own.squaredNorm(), product = own.dot(rest);
      return size > 1e-9 ? product * product / (size * rest.squaredNorm()) : 0.0;
    };
    double most = 0.0;
    for (Candidate& candidate : candidates_) {
      // Rounding tells candidates of the same runs apart: the one with a name goes first.
      candidate.gain =
          gain_of(indicator(candidate).col(0)) * (candidate.where.empty() ? 0.999 : 1.0);
      const double by_bend = candidate.bend.size() > 0 ? gain_of(candidate.bend) : 0.0;
      if (by_bend <= most) continue;
      most = by_bend;
      best_bend_ = candidate.bend;
    }
  }

  /// Scatter that is left where smooth terms take the place of the shift: all squares and products
  /// of the variables' logarithms, or a bend where the shift is. From the fit of all runs and from
  /// another place.
  double smooth_scatter(const Candidate& candidate, const CoefficientVector& begin) const {
    const auto n = static_cast<Eigen::Index>(rows_.size());
    std::vector<Eigen::VectorXd> logs, terms;
    for (std::size_t v = 0; v < facts_.variables.size(); ++v) {
      Eigen::VectorXd column(n);
      for (Eigen::Index i = 0; i < n; ++i) {
        column[i] = asked_.log_x[static_cast<std::size_t>(i)][v];
      }
      column.array() -= column.mean();
      logs.push_back(column / std::max(column.cwiseAbs().maxCoeff(), 1e-9));
      for (const Eigen::VectorXd& other : logs) terms.push_back(other.cwiseProduct(logs.back()));
    }
    double least = plain_.scatter;
    const auto attempt = [&](const std::vector<Eigen::VectorXd>& columns) {
      const auto q = static_cast<Eigen::Index>(columns.size());
      if (q == 0 || n < plain_.jacobian.cols() + q + 2) return;
      Eigen::MatrixXd all(n, q);
      for (Eigen::Index t = 0; t < q; ++t) all.col(t) = columns[static_cast<std::size_t>(t)];
      for (const CoefficientVector& place : {plain_.phi, begin}) {
        least = std::min(least, fit_extended(asked_, all, place).scatter);
      }
    };
    attempt(terms);
    if (candidate.bend.size() == n) attempt({candidate.bend});
    if (!candidate.where.empty() || best_bend_.size() != n) return least;
    // Runs picked by their residuals may follow any shape: one that bends and curves as well.
    attempt({best_bend_});
    terms.push_back(best_bend_);
    attempt(terms);
    return least;
  }

  bool is_shift(const Candidate& candidate, const ExtendedFit& fit) const {
    const double shift = std::abs(fit.extra[0]);
    if (shift < kTimesTheError * fit.scatter) return false;
    if (plain_.scatter < kMuchCloser * fit.scatter) return false;
    // One level: either side lies about its own as closely as the other.
    double inside = 0.0, outside = 0.0, num_inside = 0.0, num_outside = 0.0;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const double square = std::pow(fit.residuals[static_cast<Eigen::Index>(i)], 2);
      (candidate.in[i] ? inside : outside) += square;
      (candidate.in[i] ? num_inside : num_outside) += 1.0;
    }
    inside = std::sqrt(inside / num_inside);
    outside = std::sqrt(outside / num_outside);
    const double worst = std::max(inside, outside);
    if (shift < 0.5 * kTimesTheError * worst ||
        worst > 4.0 * std::max(std::min(inside, outside), 1e-9))
      return false;
    return smooth_scatter(candidate, fit.phi) >= kBetterThanSmooth * fit.scatter;
  }

  Finding describe(const Candidate& candidate, const ExtendedFit& fit) const {
    const auto num_inside = std::count(candidate.in.begin(), candidate.in.end(), true);
    const bool named_side = 2 * static_cast<std::size_t>(num_inside) <= candidate.in.size();
    std::vector<std::size_t> rows;
    if (candidate.holds) {
      for (std::size_t row = 0; row < runs_.num_runs(); ++row) {
        if (candidate.holds(row) == named_side) rows.push_back(row);
      }
    } else {
      for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (candidate.in[i] == named_side) rows.push_back(rows_[i]);
      }
    }
    const double shift = (named_side ? 1.0 : -1.0) * fit.extra[0];
    const std::string size = short_text(100.0 * std::abs(std::expm1(shift)));
    Finding out{FindingSeverity::kSuspect, {}, rows, "", ""};
    out.what = "the losses of " + places(runs_, rows) +
               (candidate.where.empty()
                    ? std::string()
                    : " (" + std::string(named_side ? "" : "all but ") + candidate.where + ")") +
               " lie " + size + " % " + (shift > 0.0 ? "above" : "below") +
               " the law of the others, " + short_text(std::abs(shift) / fit.scatter) +
               " times the error that is left: runs of another kind, such as another tokenizer or "
               "architecture?";
    out.cure = candidate.where.empty()
                   ? "Find the column that tells them apart and fit one kind with " + field("where")
                   : "Fit one kind at a time with " + field("where");
    return out;
  }

  const RunTable& runs_;
  const LawFacts& facts_;
  FreeSpace space_;
  std::vector<std::size_t> rows_;
  AskedRuns asked_;
  ExtendedFit plain_;
  std::vector<Candidate> candidates_;
  Eigen::VectorXd best_bend_;  ///< [asked] of any variable; empty: none
};

}  // namespace
}  // namespace detail

std::vector<Finding> find_shifted_runs(const FitLaw& law, const RunTable& runs,
                                       const FitOptions& options, const FitReport& report) {
  const std::size_t num_coefficients = law.facts().coefficients.size();
  if (report.status == FitStatus::kFailed || report.coefficients.size() != num_coefficients) {
    return {};
  }
  for (const Variable v : law.facts().variables) {
    if (runs.column(v).size() != runs.num_runs()) {
      throw InvalidArgument("the runs have no column " + std::string(law.facts().info(v).symbol));
    }
  }
  return detail::ShiftSearch(law, runs, options).look(report.coefficients);
}

std::vector<Finding> find_shifted_runs(const AnyLaw& law, const RunTable& runs,
                                       const FitOptions& options, const FitReport& report) {
  return find_shifted_runs(*fit_law(law), runs, options, report);
}

}  // namespace isoflop
