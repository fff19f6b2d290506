#include "isoflop/sweep/design.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "isoflop/error.hpp"
#include "isoflop/plan/nearest_shape.hpp"

namespace isoflop {
namespace {

void require_sensible(const SweepGrid& grid) {
  if (grid.budgets.empty()) throw InvalidArgument("flops", "a sweep has one budget or more");
  for (const double budget : grid.budgets) {
    if (!(budget > 0.0) || !std::isfinite(budget)) {
      throw InvalidArgument("flops", "a budget must be a positive finite number");
    }
  }
  if (grid.cells < 3) {
    throw InvalidArgument("cells", field("cells") + ": a parabola needs three sizes at a budget");
  }
  if (!(grid.octaves > 0.0 && grid.octaves <= 20.0)) {
    throw InvalidArgument("octaves", field("octaves") + " is a number above 0, at most 20");
  }
}

bool same_model(const ModelShape& a, const ModelShape& b) {
  return a.d_model == b.d_model && a.num_blocks == b.num_blocks && a.num_experts == b.num_experts;
}

std::string percent_off(double ratio) {
  return std::to_string(static_cast<long>(std::lround(100.0 * std::abs(ratio - 1.0)))) + " %";
}

class Designer {
 public:
  Designer(const PlanProblem& problem, const SweepGrid& grid, const ShapeOptions& options)
      : problem_(problem), grid_(grid), options_(options), planner_(Planners(problem).own()) {}

  DesignedSweep design() {
    for (std::size_t b = 0; b < grid_.budgets.size(); ++b) {
      if (grid_.granularities.empty()) {
        add_grid(b, problem_.search);
        continue;
      }
      for (const std::uint64_t g : grid_.granularities) {
        PlanOptions fixed = problem_.search;
        fixed.search = GranularitySearch::kFixed;
        fixed.granularity = static_cast<double>(g);
        add_grid(b, fixed);
      }
    }
    return std::move(out_);
  }

 private:
  void add_grid(std::size_t b, const PlanOptions& search) {
    const double budget = grid_.budgets[b];
    const Optimum best = planner_.optimum(std::log(budget), search);
    if (!best.usable()) {
      const std::string why = best.note;
      out_.dropped.push_back({b, 0.0, search.granularity,
                              why.empty() ? std::string("the law has no optimum there") : why});
      return;
    }
    const double g = best.granularity;
    if (g != std::round(g)) {
      throw InvalidArgument("granularity",
                            field("granularity") + ": models are built with a whole G");
    }
    out_.centres.push_back({b, std::exp(best.log_n_active), g});
    const double step = grid_.octaves * std::numbers::ln2 / static_cast<double>(grid_.cells - 1);
    const std::size_t first = out_.cells.size();
    for (std::size_t i = 0; i < grid_.cells; ++i) {
      const double from_centre =
          static_cast<double>(i) - 0.5 * static_cast<double>(grid_.cells - 1);
      add_cell(b, i, best.log_n_active + from_centre * step, step, g, first);
    }
  }

  void add_cell(std::size_t b, std::size_t place, double log_n, double step, double g,
                std::size_t first) {
    const double wanted = std::exp(log_n);
    auto drop = [&](std::string why) { out_.dropped.push_back({b, wanted, g, std::move(why)}); };
    const auto model = nearest_shape(problem_, planner_, grid_.budgets[b], log_n,
                                     static_cast<std::uint64_t>(g), options_);
    if (!model) return drop("no model of these multiples, heads and experts can be built");
    const double ratio = model->n_active / wanted;
    if (std::abs(std::log(ratio)) > 0.5 * step * (1.0 + 1e-9)) {
      return drop("the nearest model that can be built is " + percent_off(ratio) +
                  (ratio > 1.0 ? " larger" : " smaller") + ", more than half a step of the grid");
    }
    for (std::size_t i = first; i < out_.cells.size(); ++i) {
      if (same_model(out_.cells[i].model.shape, model->shape)) {
        return drop("the nearest model that can be built is that of the cell before");
      }
    }
    if (!(model->d_tokens >= 1.0)) return drop("the budget does not pay for a token");
    out_.cells.push_back({b, place, wanted, *model});
  }

  const PlanProblem& problem_;
  const SweepGrid& grid_;
  const ShapeOptions& options_;
  Planner planner_;
  DesignedSweep out_;
};

}  // namespace

DesignedSweep design_sweep(const PlanProblem& problem, const SweepGrid& grid,
                           const ShapeOptions& options) {
  require_sensible(grid);
  return Designer(problem, grid, options).design();
}

}  // namespace isoflop
