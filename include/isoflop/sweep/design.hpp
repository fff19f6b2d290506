/// The cells of an isoFLOP sweep that is still to be trained: at every budget a few sizes about the
/// optimum of a law, evenly in ln N_active, each the nearest model that can be built. Where several
/// granularities are to be trained, every budget has such a grid for each, about the optimum at
/// that granularity.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "isoflop/plan/plan_problem.hpp"
#include "isoflop/plan/shape_search.hpp"

namespace isoflop {

struct SweepGrid {
  std::vector<double> budgets;  ///< FLOPs, rising
  std::size_t cells = 7;        ///< at each budget and granularity
  double octaves = 4.0;         ///< log2 of the largest over the smallest N_active
  /// Whole numbers; empty: at each budget the one of the problem's search.
  std::vector<std::uint64_t> granularities{};
};

struct SweepCell {
  std::size_t budget = 0;        ///< which
  std::size_t place = 0;         ///< in its grid, from 0
  double wanted_n_active = 0.0;  ///< of the grid
  RealShape model;               ///< loss is that of the law
};

struct DroppedCell {
  std::size_t budget = 0;
  double wanted_n_active = 0.0;  ///< 0: all of the budget
  double granularity = 1.0;
  std::string reason;
};

/// Where a grid is centred.
struct GridCentre {
  std::size_t budget = 0;
  double n_active = 0.0, granularity = 1.0;
};

struct DesignedSweep {
  std::vector<SweepCell> cells;  ///< by budget, granularity, size
  std::vector<DroppedCell> dropped;
  std::vector<GridCentre> centres;
};

/// A cell is dropped where the nearest model is further away than half a step of the grid, or is
/// that of another cell. Throws InvalidArgument for grids without a meaning, and as Planners and
/// search_shapes do.
DesignedSweep design_sweep(const PlanProblem& problem, const SweepGrid& grid,
                           const ShapeOptions& options);

}  // namespace isoflop
