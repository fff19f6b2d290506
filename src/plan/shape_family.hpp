// The models of a family that can be built: every width, with the depths that go with it and the
// experts of a granularity, and what they count (isoflop/plan/shape_search.hpp has the rules).
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>

#include "isoflop/plan/planner.hpp"
#include "isoflop/plan/shape_search.hpp"

namespace isoflop {

inline bool is_whole_count(double x) { return x >= 1.0 && x < 1e9 && x == std::round(x); }

/// Throws InvalidArgument for options that contradict each other or the layers that were timed, and
/// for a law whose G has no meaning for a shape.
void require_buildable(const PlanProblem& problem, const ShapeOptions& options);

/// ln of the active parameters for which the planner's law sees this N; `near` is where to begin.
double log_active_of(const PlanProblem& problem, const Planner& planner, double n_law, double near);

/// Refers to its arguments.
class ShapeFamily {
 public:
  ShapeFamily(const PlanProblem& problem, const ShapeOptions& options);

  double expansion() const { return expansion_; }
  bool is_dense() const { return !(expansion_ > 1.0); }

  /// Widths are multiples of it.
  std::uint64_t width_step() const;

  /// The model of this width and granularity with one block, if it can be built.
  std::optional<ModelShape> model(std::uint64_t d_model, std::uint64_t granularity) const;

  struct Depths {
    std::uint64_t low, high;
  };
  /// Those within the tolerance, and always the nearest.
  Depths depths(std::uint64_t d_model) const;

  /// Counts of a model as functions of its depth: every block is the same.
  struct PerDepth {
    double n_law, n_law_per_block;
    double n_active, n_active_per_block;

    double law(double blocks) const { return n_law + n_law_per_block * blocks; }
    double active(double blocks) const { return n_active + n_active_per_block * blocks; }
  };
  PerDepth per_depth(ModelShape shape) const;

  /// Bounds of N_active at a width, of all granularities up to the one given.
  double least_active(std::uint64_t d_model) const;
  double most_active(std::uint64_t d_model, std::uint64_t granularity) const;

 private:
  const PlanProblem& problem_;
  const ShapeOptions& options_;
  double expansion_;
};

}  // namespace isoflop
