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
#include "plan/shape_family.hpp"

namespace isoflop {
namespace {

constexpr double kSizeFactor = 4.0;      // of N_active, each way
constexpr double kMostCandidates = 2e6;  // a search that would examine more is narrowed
constexpr double kRounding = 1e-12;

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

class WidthSearch {
 public:
  WidthSearch(const PlanProblem& problem, double budget, const ShapeOptions& options,
              const Planner& planner, const Optimum& optimum)
      : problem_(problem),
        options_(options),
        family_(problem, options),
        planner_(planner),
        optimum_(optimum),
        budget_(budget),
        granularities_(granularities()) {}

  /// Fills in shapes and how many were looked at.
  void run(ShapeSearch& out) {
    if (granularities_.empty()) return;  // a fixed one that is not whole
    const std::uint64_t step = family_.width_step();
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
  /// Those of the plan's search that are whole.
  std::vector<std::uint64_t> granularities() const {
    const PlanOptions& search = problem_.search;
    if (family_.is_dense() || !has_granularity(problem_.law)) return {1};
    std::vector<std::uint64_t> out;
    if (search.search == GranularitySearch::kFixed) {
      if (is_whole_count(search.granularity)) out.push_back(count(search.granularity));
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

  /// False where even the shallowest model of this width is too large.
  bool examine_width(std::uint64_t d) {
    const auto [low, high] = family_.depths(d);
    if (family_.least_active(d) > largest_) return false;
    if (family_.most_active(d, granularities_.back()) < smallest_) return true;
    for (const std::uint64_t g : granularities_) {
      const std::optional<ModelShape> shape = family_.model(d, g);
      if (!shape) continue;
      const ShapeFamily::PerDepth counts = family_.per_depth(*shape);
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
        planner_.log_loss(log_active(n_law), std::log(tokens), std::log(real(g)));
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

  double log_active(double n_law) const {
    return log_active_of(problem_, planner_, n_law, optimum_.log_n_active);
  }

  RealShape complete(const Candidate& c) {
    RealShape out;
    out.shape = *family_.model(c.d_model, c.granularity);
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
  ShapeFamily family_;
  const Planner& planner_;
  const Optimum& optimum_;
  double budget_;
  std::vector<std::uint64_t> granularities_;
  double smallest_ = 0.0, largest_ = 0.0;
  std::size_t num_examined_ = 0;
  std::vector<Candidate> best_;                                        // a heap, the worst in front
  std::map<std::pair<std::uint64_t, std::uint64_t>, double> seconds_;  // by d_model and width
};

}  // namespace

ShapeSearch search_shapes(const PlanProblem& problem, double budget, const ShapeOptions& options) {
  require_buildable(problem, options);
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
  WidthSearch(problem, budget, options, planner, out.optimum).run(out);
  if (!out.best.empty()) return out;
  out.status = PlanStatus::kInfeasible;
  out.note = out.num_examined == 0
                 ? "no model of these multiples, heads and experts is near the plan's size: "
                   "smaller multiples would allow one"
                 : "no buildable model near the plan's size keeps to the limits";
  return out;
}

}  // namespace isoflop
