#include "fit/inspect/cheap_law.hpp"

#include <array>
#include <cmath>
#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <limits>

namespace isoflop::detail {
namespace {

constexpr std::array<double, 6> kPowers{0.08, 0.15, 0.25, 0.4, 0.6, 0.9};
constexpr std::size_t kMostTerms = 16;

bool is_count(Variable v) {
  return v == Variable::kN || v == Variable::kD || v == Variable::kU || v == Variable::kC;
}

}  // namespace

CheapLaw::CheapLaw(std::span<const Variable> variables) {
  for (std::size_t v = 0; v < variables.size(); ++v) {
    (is_count(variables[v]) && counts_.size() < 2 ? counts_ : others_).push_back(v);
  }
  num_terms_ = 1 + counts_.size() + 3 * others_.size();
}

double CheapLaw::power(const Reading& reading, std::size_t count, double p) const {
  // Counts of 1e6 to 1e12: powers of x / 1e9 are of the size of one.
  constexpr double kLogMiddle = 20.72;
  return std::exp(-p * (reading.log_x[counts_[count]] - kLogMiddle));
}

void CheapLaw::terms(const Reading& reading, double first, double second, double* out) const {
  *out++ = 1.0;
  if (!counts_.empty()) *out++ = first;
  if (counts_.size() > 1) *out++ = second;
  for (const std::size_t v : others_) {
    const double x = reading.log_x[v];
    *out++ = x;
    *out++ = x * x;
    *out++ = x * first;
  }
}

bool CheapLaw::fit(std::span<const Reading> readings, std::span<const double> weights) {
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, kMostTerms, kMostTerms>;
  using Vector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, kMostTerms, 1>;
  const std::size_t n = readings.size();
  const auto k = static_cast<Eigen::Index>(num_terms_);
  if (num_terms_ > kMostTerms || n < num_terms_) return false;
  std::vector<double> scale(n);
  double total = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    scale[i] = std::sqrt(weights[i]) * std::exp(-readings[i].log_loss);
    total += weights[i];
  }
  double least = std::numeric_limits<double>::infinity();
  Vector row(k);
  auto column_of = [&](std::size_t count, double p) {
    std::vector<double> out(n, 1.0);
    for (std::size_t i = 0; i < n && count < counts_.size(); ++i) {
      out[i] = power(readings[i], count, p);
    }
    return out;
  };
  auto attempt = [&](double p, const std::vector<double>& first, double q,
                     const std::vector<double>& second) {
    Matrix squares = Matrix::Zero(k, k);
    Vector products = Vector::Zero(k);
    for (std::size_t i = 0; i < n; ++i) {
      terms(readings[i], first[i], second[i], row.data());
      row *= scale[i];
      squares.noalias() += row * row.transpose();
      products += std::sqrt(weights[i]) * row;
    }
    // A trace of a ridge: where terms coincide any share between them will do.
    squares.diagonal() *= 1.0 + 1e-10;
    const Vector x = Eigen::LDLT<Matrix>(squares).solve(products);
    const double rest = total - 2.0 * x.dot(products) + x.dot(squares * x);
    if (!x.allFinite() || !(rest < least)) return;
    least = rest;
    p_ = p;
    q_ = q;
    coefficients_.assign(x.data(), x.data() + k);
  };
  const bool one_count = counts_.size() < 2;
  std::vector<std::vector<double>> first, second;
  for (const double p : kPowers) first.push_back(column_of(0, p));
  for (const double q : kPowers) second.push_back(column_of(1, q));
  for (std::size_t i = 0; i < kPowers.size(); ++i) {
    for (std::size_t j = 0; j < (one_count ? 1 : kPowers.size()); ++j) {
      attempt(kPowers[i], first[i], kPowers[j], second[j]);
    }
  }
  // Twice around the best, ever closer.
  for (const double closer : {1.25, 1.1}) {
    const std::array<double, 3> ps{p_, p_ / closer, p_ * closer}, qs{q_, q_ / closer, q_ * closer};
    for (std::size_t j = 0; j < 3; ++j) {
      first[j] = column_of(0, ps[j]);
      second[j] = column_of(1, qs[j]);
    }
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < (one_count ? 1 : 3); ++j) {
        if (i + j > 0) attempt(ps[i], first[i], qs[j], second[j]);
      }
    }
  }
  return std::isfinite(least);
}

double CheapLaw::error(const Reading& reading) const {
  std::array<double, kMostTerms> row{};
  const double first = counts_.empty() ? 1.0 : power(reading, 0, p_);
  terms(reading, first, counts_.size() < 2 ? 1.0 : power(reading, 1, q_), row.data());
  double loss = 0.0;
  for (std::size_t j = 0; j < num_terms_; ++j) loss += coefficients_[j] * row[j];
  return loss * std::exp(-reading.log_loss) - 1.0;
}

}  // namespace isoflop::detail
