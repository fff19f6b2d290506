// A law that is fitted in microseconds, to ask whether runs lie on any smooth law at all:
//   L = c + sum over counts v of a_v x_v^-p_v + terms of ln y for every other variable y,
// the powers p on a coarse grid and all else by least squares of L / L_i - 1. It stands in for no
// law that ships: one to three per cent off over many decades is as near as it comes.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "isoflop/core/variable.hpp"

namespace isoflop::detail {

/// One run as it would be read.
struct Reading {
  std::vector<double> log_x;  ///< [V]
  double log_loss = 0.0;
};

class CheapLaw {
 public:
  /// Variables whose terms are powers are the first two counts among them.
  explicit CheapLaw(std::span<const Variable> variables);

  /// Coefficients beside the powers.
  std::size_t num_terms() const { return num_terms_; }

  /// Fits `readings`, each with its weight. False where they do not determine the terms.
  bool fit(std::span<const Reading> readings, std::span<const double> weights);

  /// Relative error of the loss at a reading, under the last fit.
  double error(const Reading& reading) const;

 private:
  /// x^-p of a count.
  double power(const Reading& reading, std::size_t count, double p) const;
  /// All terms, from those of the two counts.
  void terms(const Reading& reading, double first, double second, double* out) const;

  std::vector<std::size_t> counts_, others_;  // of the variables
  std::size_t num_terms_ = 0;
  double p_ = 0.0, q_ = 0.0;
  std::vector<double> coefficients_;
};

}  // namespace isoflop::detail
