#include "isoflop/plan/shape_search.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "isoflop/plan/planner.hpp"
#include "isoflop/plan/shape_size.hpp"
#include "isoflop/shape/experts.hpp"

namespace isoflop {
namespace {

constexpr double kSizeFactor = 4.0;       // of N_active, each way
constexpr double kGatedTolerance = 0.05;  // of d_ff
constexpr double kMostCandidates = 2e6;   // a search that would examine more is narrowed
constexpr double kRounding = 1e-12;

bool is_whole(double x) { return x >= 1.0 && x < 1e9 && x == std::round(x); }
std::uint64_t count(double x) { return static_cast<std::uint64_t>(x); }
double real(std::uint64_t x) { return static_cast<double>(x); }

struct Candidate {
  double log_loss, log_d;
  std::uint64_t d_model, num_blocks, granularity;

  bool operator<(const Candidate& b) const {
    return std::tie(log_loss, d_model, num_blocks, granularity) <
           std::tie(b.log_loss, b.d_model, b.num_blocks, b.granularity);
  }
};

/// Counts of a model as functions of its depth: every block is the same.
struct PerDepth {
  double n_law, n_law_per_block;
  double n_active, n_active_per_block;

  double law(double blocks) const { return n_law + n_law_per_block * blocks; }
  double active(double blocks) const { return n_active + n_active_per_block * blocks; }
};

class Search {
 public:
  Search(const PlanProblem& problem, double budget, const ShapeOptions& options,
         const Planner& planner, const Optimum& optimum)
      : problem_(problem),
        options_(options),
        planner_(planner),
        optimum_(optimum),
        budget_(budget),
        expansion_(expansion_of(problem)),
        is_dense_(!(expansion_ > 1.0)),
        granularities_(granularities()) {}

  /// Fills in shapes and how many were looked at.
  void run(ShapeSearch& out) {
    if (granularities_.empty()) return;  // a fixed one that is not whole
    const std::uint64_t step = std::lcm(options_.multiple, options_.head_dim);
    const double n = std::exp(optimum_.log_n_active);
    const double factor = size_factor(n, real(step));
    smallest_ = n / factor;
    largest_ = n * factor;
    for (std::uint64_t d = step; examine_width(d); d += step) {
    }
    out.num_examined = num_examined_;
    std::sort(best_.begin(), best_.end());
    for (const Candidate& c : best_) out.best.push_back(complete(c));
  }

 private:
  static double expansion_of(const PlanProblem& problem) {
    const double given = problem.given[index_of(Variable::kE)];
    return std::isnan(given) ? problem.law.expansion.value_or(1.0) : given;
  }

  /// Those of the plan's search that are whole.
  std::vector<std::uint64_t> granularities() const {
    const PlanOptions& search = problem_.search;
    if (is_dense_ || !has_granularity(problem_.law)) return {1};
    std::vector<std::uint64_t> out;
    if (search.search == GranularitySearch::kFixed) {
      if (is_whole(search.granularity)) out.push_back(count(search.granularity));
    } else if (search.search == GranularitySearch::kContinuous) {
      const double best = optimum_.granularity;
      for (double g = std::ceil(0.5 * best); g <= 2.0 * best; g += 1.0) out.push_back(count(g));
    } else {
      for (double g = 1.0; g <= search.max_granularity; g *= 2.0) out.push_back(count(g));
    }
    return out;
  }

  /// How far sizes may be from the plan's: less where multiples are so fine that too many models
  /// lie within the usual factor. Models have a density of d n_blocks / (3 step) in the plane of ln
  /// N and ln of the ratio of width to depth.
  double size_factor(double n, double step) const {
    const ModelShapeRule& rule = problem_.shape;
    const double tolerance = std::fmax(std::log(options_.depth_tolerance), 0.5 / rule.n_blocks(n));
    const double per_log_size = 4.0 / 3.0 * rule.d_model(n) * rule.n_blocks(n) / step * tolerance *
                                real(granularities_.size());
    return std::exp(std::fmin(std::log(kSizeFactor), kMostCandidates / per_log_size));
  }

  /// The model of this width and granularity with one block, if it can be built.
  std::optional<ModelShape> model(std::uint64_t d, std::uint64_t g) const {
    ModelShape out;
    out.d_model = d;
    out.num_blocks = 1;
    out.vocab_size = options_.vocab_size;
    out.tied = options_.tied;
    out.seq_len = options_.seq_len;
    out.head_dim = options_.head_dim;
    out.num_heads = out.num_kv_heads = d / options_.head_dim;
    out.gated = options_.gated;
    const double wanted = problem_.shape.feed_forward / (out.gated ? 3.0 : 2.0) * real(d);
    const std::uint64_t unit = options_.expert_multiple * g;
    if (!out.gated && !is_whole(wanted)) return std::nullopt;
    out.d_ff = unit * count(std::round(wanted / real(unit)));
    const double off = std::abs(real(out.d_ff) / wanted - 1.0);
    if (off > (out.gated ? kGatedTolerance : 0.0)) return std::nullopt;
    if (is_dense_) return out;
    const double experts = expansion_ * real(g);
    if (!is_whole(experts) || count(experts) % options_.expert_parallel != 0) return std::nullopt;
    set_experts(out, {out.d_ff, count(experts), out.d_ff / g, g});
    return out;
  }

  PerDepth per_depth(ModelShape shape) const {
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

  struct Depths {
    std::uint64_t low, high;
  };
  Depths depths(std::uint64_t d) const {
    const double wanted = real(d) / problem_.shape.width_per_block;
    const double nearest = std::max(1.0, std::round(wanted));
    const double tolerance = options_.depth_tolerance * (1.0 + kRounding);
    const double low = std::min(nearest, std::max(1.0, std::ceil(wanted / tolerance)));
    return {count(low), count(std::max(nearest, std::floor(wanted * tolerance)))};
  }

  /// False where even the shallowest model of this width is too large.
  bool examine_width(std::uint64_t d) {
    const auto [low, high] = depths(d);
    // Bounds whatever the granularity: gated layers may be off by their tolerance, and norms,
    // router and embedding come on top.
    const ModelShapeRule& rule = problem_.shape;
    const double w = real(d), experts = expansion_ * real(granularities_.back());
    const double least =
        (rule.attention + (1.0 - kGatedTolerance) * rule.feed_forward) * w * w * real(low);
    if (least > largest_) return false;
    const double most =
        ((rule.attention + (1.0 + kGatedTolerance) * rule.feed_forward) * w + 4.0 + experts) * w *
            (real(high) + 1.0) +
        2.0 * real(options_.vocab_size) * w;
    if (most < smallest_) return true;
    for (const std::uint64_t g : granularities_) {
      const std::optional<ModelShape> shape = model(d, g);
      if (!shape) continue;
      const PerDepth counts = per_depth(*shape);
      for (std::uint64_t blocks = low; blocks <= high; ++blocks) {
        const double n = counts.active(real(blocks));
        if (n < smallest_ || n > largest_) continue;
        ++num_examined_;
        examine(*shape, g, blocks, n, counts.law(real(blocks)));
      }
    }
    return true;
  }

  void examine(const ModelShape& shape, std::uint64_t g, std::uint64_t blocks, double n_active,
               double n_law) {
    const double cost = cost_of(shape, real(blocks), n_active);
    const Limits& limits = problem_.limits;
    const double tokens = limits.tokens_per_active > 0.0
                              ? limits.tokens_per_active * n_active
                              : budget_ / cost - limits.inference_tokens / 3.0;
    const double needed = (tokens + limits.inference_tokens / 3.0) * cost;
    const double more = 1.0 + kRounding;
    if (!(tokens >= 1.0) || needed > budget_ * (1.0 + 1e-9)) return;
    if (tokens * more < limits.min_tokens || n_active > limits.max_n_active * more) return;
    if (limits.max_bytes < Limits::kFree &&
        limits.memory.bytes_of(n_active, real(g), real(shape.d_model), real(blocks)) >
            limits.max_bytes * more) {
      return;
    }
    const double log_loss =
        planner_.log_loss(log_active_of(n_law), std::log(tokens), std::log(real(g)));
    const Candidate c{log_loss, std::log(tokens), shape.d_model, blocks, g};
    if (best_.size() == options_.num_best) {
      if (!(c < best_.front())) return;
      std::pop_heap(best_.begin(), best_.end());
      best_.pop_back();
    }
    best_.push_back(c);
    std::push_heap(best_.begin(), best_.end());
  }

  /// Of one token, in the unit of the budget.
  double cost_of(const ModelShape& shape, double blocks, double n_active) {
    if (problem_.time) return blocks * seconds_per_block(shape);
    return flops_of(shape, blocks, n_active);
  }

  double flops_of(const ModelShape& shape, double blocks, double n_active) const {
    return flops_per_token(problem_, n_active, real(shape.d_model), blocks,
                           real(shape.num_experts));
  }

  double seconds_per_block(const ModelShape& shape) {
    const double g = shape.is_routed() ? real(shape.d_ff / shape.expert_width) : 1.0;
    const auto [known, is_new] =
        seconds_.try_emplace({shape.d_model, shape.is_routed() ? shape.expert_width : 0}, 0.0);
    if (is_new) {
      known->second = problem_.time->seconds_of(
          {real(shape.d_model), real(shape.d_ff), 1.0, problem_.shape.attention}, g);
    }
    return known->second;
  }

  /// ln of the active parameters for which the planner's law sees this N. The step is exact where N
  /// is in proportion to them, and shrinks the rest to a third or less where N counts embeddings,
  /// which grow with their cube root.
  double log_active_of(double n_law) const {
    double x = std::log(n_law / planner_.n_law(1.0));
    if (!(problem_.embedding_rows > 0.0)) return x;
    x = optimum_.log_n_active;
    for (int i = 0; i < 200; ++i) {
      const double step = std::log(n_law / planner_.n_law(std::exp(x)));
      x += step;
      if (std::abs(step) <= 1e-15) break;
    }
    return x;
  }

  RealShape complete(const Candidate& c) {
    RealShape out;
    out.shape = *model(c.d_model, c.granularity);
    out.shape.num_blocks = c.num_blocks;
    out.params = count_parameters(out.shape);
    out.bytes = count_memory(out.shape);
    out.granularity = real(c.granularity);
    out.n_law = law_size(problem_, out.params);
    out.n_active = planned_active(problem_, out.params);
    out.flops_per_token = flops_of(out.shape, real(c.num_blocks), out.n_active);
    out.d_tokens = std::exp(c.log_d);
    if (problem_.time) {
      out.gpu_hours =
          out.d_tokens * cost_of(out.shape, real(c.num_blocks), out.n_active) / kSecondsPerHour;
    }
    out.loss = std::exp(c.log_loss);
    out.excess_loss = out.loss - std::exp(optimum_.log_loss);
    out.budget_lost = -std::expm1(log_budget_for(c.log_loss) - std::log(budget_));
    return out;
  }

  /// ln of the budget with which the continuous optimum has this loss.
  double log_budget_for(double log_loss) const {
    double from = std::log(budget_);
    Optimum at = optimum_;
    // A shape with a cheaper router may have a loss that only a larger budget reaches.
    for (int i = 0; i < 100 && at.usable() && at.log_loss > log_loss; ++i) {
      from += 0.25;
      at = planner_.optimum(from, problem_.search, &at);
    }
    if (!at.usable()) return std::numeric_limits<double>::quiet_NaN();
    return planner_.cheapest_log_budget(log_loss, from, problem_.search, at);
  }

  const PlanProblem& problem_;
  const ShapeOptions& options_;
  const Planner& planner_;
  const Optimum& optimum_;
  double budget_, expansion_;
  bool is_dense_;
  std::vector<std::uint64_t> granularities_;
  double smallest_ = 0.0, largest_ = 0.0;
  std::size_t num_examined_ = 0;
  std::vector<Candidate> best_;                                        // a heap, the worst in front
  std::map<std::pair<std::uint64_t, std::uint64_t>, double> seconds_;  // by d_model and width
};

void require_sensible(const PlanProblem& problem, const ShapeOptions& options) {
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

}  // namespace

ShapeSearch search_shapes(const PlanProblem& problem, double budget, const ShapeOptions& options) {
  require_sensible(problem, options);
  if (!(budget > 0.0) || !std::isfinite(budget)) {
    throw InvalidArgument("a budget must be a positive finite number");
  }
  law_size(problem, ParameterCount{});  // throws where nobody said what N counts
  ShapeSearch out;
  const Planners planners(problem);
  const Planner planner = planners.own();
  out.optimum = planner.optimum(std::log(budget), problem.search);
  out.status = out.optimum.status;
  out.note = out.optimum.note;
  if (!out.optimum.usable()) return out;
  Search(problem, budget, options, planner, out.optimum).run(out);
  if (!out.best.empty()) return out;
  out.status = PlanStatus::kInfeasible;
  out.note = out.num_examined == 0
                 ? "no model of these multiples, heads and experts is near the plan's size: "
                   "smaller multiples would allow one"
                 : "no buildable model near the plan's size keeps to the limits";
  return out;
}

}  // namespace isoflop
