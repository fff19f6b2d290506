#include "isoflop/plan/choose_runs.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <Eigen/Core>
#include <limits>

namespace isoflop {
namespace {

/// Sums over the rows of each column [columns]. As a product, because Eigen's own sums take their
/// terms in an order that hangs on where the numbers lie in memory: last digits would differ from
/// call to call.
template <class Matrix>
Eigen::VectorXd column_sums(const Matrix& matrix) {
  return matrix.transpose() * Eigen::VectorXd::Ones(matrix.rows());
}

template <class Matrix>
Eigen::VectorXd squared_lengths(const Matrix& matrix) {
  return column_sums(matrix.cwiseAbs2());
}

/// Deviations of the draws from their mean: quantities first, then runs. Only sums of products of
/// columns count, so that rows may be turned and those of no length left out.
class Scatter {
 public:
  Scatter(const DrawnColumns& quantities, const DrawnColumns& log_losses, double noise)
      : num_quantities_(static_cast<Eigen::Index>(quantities.size())),
        deviations_(static_cast<Eigen::Index>(quantities.at(0).size()),
                    num_quantities_ + static_cast<Eigen::Index>(log_losses.size())),
        means_(deviations_.cols()),
        noise_sum_(noise * noise * static_cast<double>(deviations_.rows() - 1)) {
    Eigen::Index j = 0;
    for (const DrawnColumns* part : {&quantities, &log_losses}) {
      for (const std::vector<double>& column : *part) {
        deviations_.col(j++) = Eigen::Map<const Eigen::VectorXd>(column.data(), deviations_.rows());
      }
    }
    means_ = column_sums(deviations_) / static_cast<double>(deviations_.rows());
    deviations_.rowwise() -= means_.transpose();
  }

  /// Losses of a law vary in hardly more directions than it has coefficients: turns the rows into
  /// those directions (Gram and Schmidt, the longest column first) and drops what is left over,
  /// below 1e-6 of the noise in every column. Search is then as cheap as the law is simple.
  void compress() {
    Eigen::MatrixXd rest = deviations_;
    std::vector<Eigen::RowVectorXd> rows;
    const auto most = std::min(rest.rows(), rest.cols());
    while (static_cast<Eigen::Index>(rows.size()) < most) {
      Eigen::Index longest = 0;
      const double square = squared_lengths(rest).maxCoeff(&longest);
      if (square <= 1e-12 * noise_sum_) break;
      const Eigen::VectorXd direction = rest.col(longest) / std::sqrt(square);
      rows.push_back(direction.transpose() * rest);
      rest.noalias() -= direction * rows.back();
    }
    deviations_.resize(static_cast<Eigen::Index>(rows.size()), rest.cols());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      deviations_.row(static_cast<Eigen::Index>(i)) = rows[i];
    }
  }

  /// Halved fall of the sum of ln var(quantity) by each run [num_runs].
  Eigen::ArrayXd gains() const {
    const auto q = deviations_.leftCols(num_quantities_);
    const auto f = deviations_.rightCols(deviations_.cols() - num_quantities_);
    const Eigen::ArrayXd total = squared_lengths(f).array() + noise_sum_;
    const Eigen::VectorXd spreads = squared_lengths(q);
    const Eigen::MatrixXd shared = q.transpose() * f;
    Eigen::ArrayXd out = Eigen::ArrayXd::Zero(f.cols());
    for (Eigen::Index k = 0; k < num_quantities_; ++k) {
      const double spread = spreads[k];
      if (spread == 0.0) continue;
      const Eigen::ArrayXd told = shared.row(k).transpose().array().square() / (total * spread);
      out -= 0.5 * (1.0 - told).max(std::numeric_limits<double>::min()).log();
    }
    return out;
  }

  /// A linear map of the draws under which every sample covariance becomes that after the run.
  void take(Eigen::Index run) {
    const Eigen::VectorXd f = deviations_.col(num_quantities_ + run);
    const double spread = squared_lengths(f)[0];
    if (spread == 0.0) return;
    const double shrink = 1.0 - std::sqrt(noise_sum_ / (noise_sum_ + spread));
    const Eigen::RowVectorXd shared = (shrink / spread) * (f.transpose() * deviations_);
    deviations_.noalias() -= f * shared;
  }

  DrawnColumns quantities() const {
    DrawnColumns out;
    for (Eigen::Index k = 0; k < num_quantities_; ++k) {
      const Eigen::VectorXd values = deviations_.col(k).array() + means_[k];
      out.emplace_back(values.data(), values.data() + values.size());
    }
    return out;
  }

 private:
  Eigen::Index num_quantities_;
  Eigen::MatrixXd deviations_;  // [num_draws or directions, num_quantities + num_runs]
  Eigen::VectorXd means_;
  double noise_sum_;  // the variance of the noise on the scale of the sums of squares
};

/// Chooses among runs with costs, from a scatter in which none is taken yet.
class SetSearch {
 public:
  SetSearch(Scatter scatter, const std::vector<double>& costs, double budget, std::size_t max_runs)
      : scatter_(std::move(scatter)), costs_(costs), budget_(budget), max_runs_(max_runs) {}

  struct Set {
    std::vector<std::size_t> runs;
    double gain = 0.0;
  };

  /// Takes the run with the largest gain / cost^power, none above `largest_cost`, until nothing
  /// fits.
  Set greedy(double largest_cost, double power) const {
    Set out;
    Scatter scatter = scatter_;
    while (out.runs.size() < max_runs_) {
      if (!add_best(out, scatter, largest_cost, power)) break;
    }
    return out;
  }

  /// Replaces single runs by better ones and fills up, as long as that helps.
  void exchange(Set& set) const {
    for (bool better = true; better;) {
      better = false;
      for (std::size_t i = 0; i < set.runs.size(); ++i) {
        Set other;
        Scatter scatter = scatter_;
        for (std::size_t j = 0; j < set.runs.size(); ++j) {
          if (j != i) add(other, scatter, set.runs[j]);
        }
        while (other.runs.size() < max_runs_ && add_best(other, scatter, budget_, 0.0)) {
        }
        if (other.gain <= set.gain * (1.0 + kLeastProgress)) continue;
        set = other;
        better = true;
      }
    }
  }

 private:
  static constexpr double kLeastProgress = 1e-6;

  void add(Set& set, Scatter& scatter, std::size_t run) const {
    const auto column = static_cast<Eigen::Index>(run);
    set.gain += scatter.gains()[column];
    set.runs.push_back(run);
    scatter.take(column);
  }

  bool add_best(Set& set, Scatter& scatter, double largest_cost, double power) const {
    double left = budget_;
    for (const std::size_t run : set.runs) left -= costs_[run];
    const Eigen::ArrayXd gains = scatter.gains();
    double best = 0.0;
    std::size_t chosen = costs_.size();
    for (std::size_t i = 0; i < costs_.size(); ++i) {
      if (costs_[i] > std::min(left, largest_cost)) continue;
      if (std::find(set.runs.begin(), set.runs.end(), i) != set.runs.end()) continue;
      const double score = gains[static_cast<Eigen::Index>(i)] / std::pow(costs_[i], power);
      if (score > best) best = score, chosen = i;
    }
    if (chosen == costs_.size()) return false;
    add(set, scatter, chosen);
    return true;
  }

  Scatter scatter_;
  const std::vector<double>& costs_;
  double budget_;
  std::size_t max_runs_;
};

}  // namespace

RunChoice choose_runs(const DrawnColumns& quantities, const DrawnColumns& log_losses,
                      const std::vector<double>& costs, double noise, double budget,
                      std::size_t max_runs) {
  Scatter scatter(quantities, log_losses, noise);
  scatter.compress();
  const SetSearch search(std::move(scatter), costs, budget, max_runs);
  std::vector<SetSearch::Set> sets;
  // Gain alone spends the budget on one large run, gain per cost on many tiny ones that leave most
  // of it. Which is better depends on how many runs may be had.
  for (double parts = 1.0; parts < 2.0 * static_cast<double>(max_runs); parts *= 2.0) {
    for (const double power : std::array{0.0, 0.5, 1.0}) {
      sets.push_back(search.greedy(budget / parts, power));
    }
  }
  auto better = [](const SetSearch::Set& a, const SetSearch::Set& b) { return a.gain > b.gain; };
  std::stable_sort(sets.begin(), sets.end(), better);
  sets.resize(3);  // the first is not always the best after the exchange
  for (SetSearch::Set& set : sets) search.exchange(set);
  const SetSearch::Set& best = *std::min_element(sets.begin(), sets.end(), better);
  DrawnColumns chosen;
  for (const std::size_t run : best.runs) chosen.push_back(log_losses[run]);
  return {best.runs, take_runs(quantities, chosen, noise).left};
}

RunChoice take_runs(const DrawnColumns& quantities, const DrawnColumns& log_losses, double noise) {
  Scatter scatter(quantities, log_losses, noise);
  RunChoice out;
  for (std::size_t run = 0; run < log_losses.size(); ++run) {
    out.chosen.push_back(run);
    scatter.take(static_cast<Eigen::Index>(run));
  }
  out.left = scatter.quantities();
  return out;
}

}  // namespace isoflop
