/// The profile of one budget: a parabola of the loss against the logarithm of a size, where its
/// vertex lies, and what speaks against it. Hoffmann et al. 2022, arXiv 2203.15556, Approach 2.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "isoflop/sweep/budgets.hpp"
#include "isoflop/sweep/parabola.hpp"

namespace isoflop {

enum class ProfileStatus {
  kFewRuns,    ///< fewer than three sizes
  kNotConvex,  ///< the parabola has no minimum
  kVertex
};

inline const char* to_string(ProfileStatus s) {
  switch (s) {
    case ProfileStatus::kVertex:
      return "vertex";
    case ProfileStatus::kNotConvex:
      return "not_convex";
    case ProfileStatus::kFewRuns:
      break;
  }
  return "few_runs";
}

/// What a sweep says at one budget. NaN where it does not. Order and number are fixed, so that a
/// budget's answer is an array: by, size, N, D and loss.
enum class SweepQuantity : std::size_t { kBy, kSize, kN, kD, kLoss };
inline constexpr std::size_t kNumSweepQuantities = 5;
/// Natural logarithms.
using SweepAnswer = std::array<double, kNumSweepQuantities>;

inline SweepAnswer no_answer() {
  SweepAnswer out;
  out.fill(std::numeric_limits<double>::quiet_NaN());
  return out;
}
constexpr std::size_t index_of(SweepQuantity q) { return static_cast<std::size_t>(q); }

/// The runs of one budget: ln size, loss, weight, and ln N and ln D along the budget.
struct ProfileRuns {
  std::vector<double> x, loss, weight;   ///< weight [n] or empty
  std::optional<Parabola> log_n, log_d;  ///< of x, through the runs
};

struct Profile {
  double budget_flops = 0.0;
  std::optional<double> by;       ///< value of the further size
  std::vector<std::size_t> rows;  ///< of the table
  ProfileRuns runs;
  double log_centre = std::numeric_limits<double>::quiet_NaN();  ///< of the grid, ln size
  double octaves = 0.0;  ///< log2 of largest over smallest size
  ProfileStatus status = ProfileStatus::kFewRuns;
  std::optional<ParabolaFit> fit;    ///< where there are three sizes
  SweepAnswer answer = no_answer();  ///< at the vertex; kBy is NaN
  Interval log_size{std::numeric_limits<double>::quiet_NaN(),
                    std::numeric_limits<double>::quiet_NaN()};  ///< 95 %, of the vertex
  bool off_centre = false;  ///< the vertex lies in the outer quarter of the grid, at either end
  bool outside = false;     ///< it lies beyond the grid
  /// The row without which the vertex moves by more than twice the half width of the interval that
  /// is then left: it bends the parabola alone.
  std::optional<std::size_t> bent_by;

  bool usable() const { return status == ProfileStatus::kVertex; }
};

/// `rows` of the runs, all of one budget (and one value of `by`). huber_delta: of the loss over the
/// mean loss of the budget; infinity is least squares. Weights are those of the runs.
Profile profile_of(const SweepRuns& runs, std::vector<std::size_t> rows, double budget_flops,
                   double huber_delta);

/// What a parabola through a budget's runs says: size, N, D and loss at its vertex; no answer where
/// it is not convex.
SweepAnswer answer_of(const Parabola& parabola, const ProfileRuns& runs);

}  // namespace isoflop
