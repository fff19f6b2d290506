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

void CheapLaw::terms(const Reading& reading, double p, double q, double* out) const {
  // Losses of one to ten, counts of 1e6 to 1e12: powers of x / 1e9 are of the size of one.
  constexpr double kLogMiddle = 20.72;
  *out++ = 1.0;
  double first = 1.0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const double power = std::exp(-(i == 0 ? p : q) * (reading.log_x[counts_[i]] - kLogMiddle));
    if (i == 0) first = power;
    *out++ = power;
  }
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
  const auto k = static_cast<Eigen::Index>(num_terms_);
  if (num_terms_ > kMostTerms || readings.size() < num_terms_) return false;
  double least = std::numeric_limits<double>::infinity();
  Vector row(k);
  for (const double p : kPowers) {
    for (const double q : kPowers) {
      if (counts_.size() < 2 && q != kPowers.front()) continue;
      Matrix squares = Matrix::Zero(k, k);
      Vector products = Vector::Zero(k);
      double total = 0.0;
      for (std::size_t i = 0; i < readings.size(); ++i) {
        terms(readings[i], p, q, row.data());
        row *= std::exp(-readings[i].log_loss);
        squares.noalias() += weights[i] * row * row.transpose();
        products += weights[i] * row;
        total += weights[i];
      }
      // A trace of a ridge: where terms coincide any share between them will do.
      squares.diagonal() *= 1.0 + 1e-10;
      const Eigen::LDLT<Matrix> solver(squares);
      const Vector x = solver.solve(products);
      if (!x.allFinite()) continue;
      const double rest = total - 2.0 * x.dot(products) + x.dot(squares * x);
      if (!(rest < least)) continue;
      least = rest;
      p_ = p;
      q_ = q;
      coefficients_.assign(x.data(), x.data() + k);
    }
  }
  return std::isfinite(least);
}

double CheapLaw::error(const Reading& reading) const {
  std::array<double, kMostTerms> row{};
  terms(reading, p_, q_, row.data());
  double loss = 0.0;
  for (std::size_t j = 0; j < num_terms_; ++j) loss += coefficients_[j] * row[j];
  return loss * std::exp(-reading.log_loss) - 1.0;
}

}  // namespace isoflop::detail
