#include "plan/shape_family.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "isoflop/plan/shape_size.hpp"
#include "isoflop/shape/experts.hpp"

namespace isoflop {
namespace {

constexpr double kGatedTolerance = 0.05;  // of d_ff
constexpr double kDepthRounding = 1e-12;

std::uint64_t whole(double x) { return static_cast<std::uint64_t>(x); }
double real_of(std::uint64_t x) { return static_cast<double>(x); }

double expansion_of(const PlanProblem& problem) {
  const double given = problem.given[index_of(Variable::kE)];
  return std::isnan(given) ? problem.law.expansion.value_or(1.0) : given;
}

}  // namespace

void require_buildable(const PlanProblem& problem, const ShapeOptions& options) {
  for (const std::uint64_t x : {options.multiple, options.expert_multiple, options.head_dim,
                                options.expert_parallel, options.vocab_size, options.seq_len}) {
    if (x == 0) throw InvalidArgument("multiples, counts and widths of shapes must be at least 1");
  }
  if (options.num_best == 0) throw InvalidArgument("ask for at least one shape");
  if (!(options.depth_tolerance >= 1.0)) {
    throw InvalidArgument("the tolerance of depth is a factor of at least 1");
  }
  if (problem.time && options.gated != (problem.time->setup().activation == Activation::kSwiGlu)) {
    throw InvalidArgument(
        options.gated ? "gated layers (SwiGLU) are not those whose times the cost table has"
                      : "the cost table has times of gated layers (SwiGLU): " + field("gated"));
  }
  if (problem.law.g_means == GMeaning::kTwoDmodelOverDexpert) {
    throw InvalidArgument("real shapes need a law whose G is d_ff / d_expert");
  }
}

// The step is exact where N is in proportion to active parameters, and shrinks the rest to a third
// or less where N counts embeddings, which grow with their cube root.
double log_active_of(const PlanProblem& problem, const Planner& planner, double n_law,
                     double near) {
  if (!(problem.embedding_rows > 0.0)) return std::log(n_law / planner.n_law(1.0));
  double x = near;
  for (int i = 0; i < 200; ++i) {
    const double step = std::log(n_law / planner.n_law(std::exp(x)));
    x += step;
    if (std::abs(step) <= 1e-15) break;
  }
  return x;
}

ShapeFamily::ShapeFamily(const PlanProblem& problem, const ShapeOptions& options)
    : problem_(problem), options_(options), expansion_(expansion_of(problem)) {}

std::uint64_t ShapeFamily::width_step() const {
  return std::lcm(options_.multiple, options_.head_dim);
}

std::optional<ModelShape> ShapeFamily::model(std::uint64_t d, std::uint64_t g) const {
  ModelShape out;
  out.d_model = d;
  out.num_blocks = 1;
  out.vocab_size = options_.vocab_size;
  out.tied = options_.tied;
  out.seq_len = options_.seq_len;
  out.head_dim = options_.head_dim;
  out.num_heads = out.num_kv_heads = d / options_.head_dim;
  out.gated = options_.gated;
  const double wanted = problem_.shape.feed_forward / (out.gated ? 3.0 : 2.0) * real_of(d);
  const std::uint64_t unit = options_.expert_multiple * g;
  if (!out.gated && !is_whole_count(wanted)) return std::nullopt;
  out.d_ff = unit * whole(std::round(wanted / real_of(unit)));
  const double off = std::abs(real_of(out.d_ff) / wanted - 1.0);
  if (off > (out.gated ? kGatedTolerance : 0.0)) return std::nullopt;
  if (is_dense()) return out;
  const double experts = expansion_ * real_of(g);
  if (!is_whole_count(experts) || whole(experts) % options_.expert_parallel != 0) {
    return std::nullopt;
  }
  set_experts(out, {out.d_ff, whole(experts), out.d_ff / g, g});
  return out;
}

ShapeFamily::Depths ShapeFamily::depths(std::uint64_t d) const {
  const double wanted = real_of(d) / problem_.shape.width_per_block;
  const double nearest = std::max(1.0, std::round(wanted));
  const double tolerance = options_.depth_tolerance * (1.0 + kDepthRounding);
  const double low = std::min(nearest, std::max(1.0, std::ceil(wanted / tolerance)));
  return {whole(low), whole(std::max(nearest, std::floor(wanted * tolerance)))};
}

ShapeFamily::PerDepth ShapeFamily::per_depth(ModelShape shape) const {
  const ParameterCount one = count_parameters(shape);
  shape.num_blocks = 2;
  const ParameterCount two = count_parameters(shape);
  auto affine = [](double first, double second) {
    return std::pair{2.0 * first - second, second - first};
  };
  const auto [law, law_slope] = affine(law_size(problem_, one), law_size(problem_, two));
  const auto [active, active_slope] =
      affine(planned_active(problem_, one), planned_active(problem_, two));
  return {law, law_slope, active, active_slope};
}

// Gated layers may be off by their tolerance, and norms, router and embedding come on top.

double ShapeFamily::least_active(std::uint64_t d) const {
  const ModelShapeRule& rule = problem_.shape;
  const double w = real_of(d);
  return (rule.attention + (1.0 - kGatedTolerance) * rule.feed_forward) * w * w *
         real_of(depths(d).low);
}

double ShapeFamily::most_active(std::uint64_t d, std::uint64_t granularity) const {
  const ModelShapeRule& rule = problem_.shape;
  const double w = real_of(d), experts = expansion_ * real_of(granularity);
  return ((rule.attention + (1.0 + kGatedTolerance) * rule.feed_forward) * w + 4.0 + experts) * w *
             (real_of(depths(d).high) + 1.0) +
         2.0 * real_of(options_.vocab_size) * w;
}

}  // namespace isoflop
