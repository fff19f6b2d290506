/// The lower envelope of training curves (Hoffmann et al. 2022, arXiv 2203.15556, Approach 1): at
/// every compute C of a logarithmic grid the model whose checkpoint has the lowest loss, and power
/// laws through the N, D and losses found,
///   ln y* = intercept + exponent ln C   by least squares.
/// Between two checkpoints of a run ln L and ln D are straight in ln C; beyond them it says
/// nothing.
///
/// Where the smallest or the largest model wins, no smaller or larger one was there to beat it:
/// such points lie on the edge of what was trained, and are left out of the power laws unless that
/// is asked for.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "isoflop/sweep/profiles.hpp"

namespace isoflop {

/// One run: natural logarithms, rising in C.
struct TrainingCurve {
  std::string run;
  double log_n = 0.0;
  std::vector<double> log_c, log_d, log_loss;  ///< [num_checkpoints]
};

struct EnvelopePoint {
  double log_c, log_n, log_d, log_loss;
  std::size_t curve;
  bool at_edge;  ///< the smallest or the largest model wins
};

struct EnvelopeOptions {
  std::size_t num_points = 1500;  ///< of the grid, as in the paper
  bool keep_edges = false;
};

struct Envelope {
  std::vector<EnvelopePoint> points;  ///< rising; C where no run has a checkpoint are left out
  std::size_t num_edges = 0;          ///< points where the smallest or largest model wins
  std::size_t num_sizes = 0;          ///< that win somewhere the power laws look
  PowerLaws laws;                     ///< kN, kD and kLoss
  /// The same without each of the sizes in turn: how far one of them decides.
  std::vector<PowerLaws> without_one;
};

/// Throws InvalidArgument for fewer than two curves or two points.
Envelope envelope_of(const std::vector<TrainingCurve>& curves, const EnvelopeOptions& options = {});

}  // namespace isoflop
