#include "isoflop/plan/nearest_shape.hpp"

#include <cmath>
#include <limits>

#include "isoflop/plan/shape_size.hpp"
#include "plan/shape_family.hpp"

namespace isoflop {
namespace {

struct Nearest {
  double distance = std::numeric_limits<double>::infinity();
  double aspect = std::numeric_limits<double>::infinity();
  ModelShape shape;

  void offer(double at, double off_aspect, const ModelShape& one, std::uint64_t blocks) {
    if (at > distance || (at == distance && off_aspect >= aspect)) return;
    distance = at;
    aspect = off_aspect;
    shape = one;
    shape.num_blocks = blocks;
  }
};

}  // namespace

std::optional<RealShape> nearest_shape(const PlanProblem& problem, const Planner& planner,
                                       double budget, double log_n_active,
                                       std::uint64_t granularity, const ShapeOptions& options) {
  require_buildable(problem, options);
  const ShapeFamily family(problem, options);
  const std::uint64_t step = family.width_step();
  const double wanted = std::exp(log_n_active);
  Nearest best;
  for (std::uint64_t d = step;; d += step) {
    const double least = family.least_active(d);
    // Wider models are further away than what was found.
    if (std::log(least / wanted) > std::fmin(best.distance, 10.0)) break;
    const std::optional<ModelShape> one = family.model(d, granularity);
    if (!one) continue;
    const ShapeFamily::PerDepth counts = family.per_depth(*one);
    const ShapeFamily::Depths depths = family.depths(d);
    for (std::uint64_t blocks = depths.low; blocks <= depths.high; ++blocks) {
      const auto depth = static_cast<double>(blocks);
      const double ratio = static_cast<double>(d) / depth / problem.shape.width_per_block;
      best.offer(std::abs(std::log(counts.active(depth) / wanted)), std::abs(std::log(ratio)), *one,
                 blocks);
    }
  }
  if (std::isinf(best.distance)) return std::nullopt;
  RealShape out;
  out.shape = best.shape;
  out.params = count_parameters(out.shape);
  out.bytes = count_memory(out.shape);
  out.granularity = static_cast<double>(granularity);
  out.n_law = law_size(problem, out.params);
  out.n_active = planned_active(problem, out.params);
  out.flops_per_token = flops_per_token(
      problem, out.n_active, static_cast<double>(out.shape.d_model),
      static_cast<double>(out.shape.num_blocks), static_cast<double>(out.shape.num_experts));
  out.d_tokens = budget / out.flops_per_token;
  out.loss = std::exp(planner.log_loss(log_active_of(problem, planner, out.n_law, log_n_active),
                                       std::log(out.d_tokens), std::log(out.granularity)));
  return out;
}

double gpu_hours_of_shape(const PlanProblem& timed, const RealShape& shape) {
  const ModelShape& model = shape.shape;
  const double seconds =
      static_cast<double>(model.num_blocks) *
      timed.time->seconds_of({static_cast<double>(model.d_model), static_cast<double>(model.d_ff),
                              1.0, timed.shape.attention},
                             shape.granularity);
  return shape.d_tokens * seconds / kSecondsPerHour;
}

}  // namespace isoflop
