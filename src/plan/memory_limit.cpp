#include "isoflop/plan/memory_limit.hpp"

#include <algorithm>
#include <cmath>

#include "isoflop/error.hpp"

namespace isoflop {
namespace {

// AdamW in mixed precision, as memory_count.hpp counts it: weight, gradient, optimizer state.
constexpr double kTrainingBytes = 2.0 + 2.0 + 12.0, kWeightBytes = 2.0;
constexpr double kCacheBytes = 2.0 * 2.0;  // a key and a value of d_model numbers each

}  // namespace

void limit_memory(PlanProblem& problem, const MemoryLimit& limit) {
  problem.limits.max_bytes = limit.bytes;
  const double per_weight = (limit.serving ? kWeightBytes : kTrainingBytes) / limit.num_gpus;
  const double expansion = problem.law.expansion.value_or(1.0);
  MemoryUse& use = problem.limits.memory;
  use.shape = problem.shape;
  if (problem.law.family && problem.law.n_means == NMeaning::kActive) {
    use.per_active = per_weight;
    use.per_square_depth = per_weight * problem.shape.feed_forward * (expansion - 1.0);
  } else if (const double total = n_total_per_active(problem); std::isfinite(total)) {
    use.per_active = per_weight * total;
  } else {
    throw InvalidArgument(
        "max_memory_gb",
        field("max_memory_gb") +
            ": this law's N counts embeddings, so that all parameters do not follow from active "
            "ones: use " +
            field("max_n_active"));
  }
  use.per_width = per_weight * limit.embedding_rows;
  use.per_width_depth =
      limit.serving ? kCacheBytes * limit.num_sequences * limit.cached_tokens / limit.num_gpus
                    : 0.0;
  use.router_width_depth = expansion > 1.0 ? per_weight * expansion : 0.0;
}

void limit_latency(PlanProblem& problem, double seconds_per_token, double bytes_per_second) {
  Limits& limits = problem.limits;
  const double bytes = seconds_per_token * bytes_per_second;
  limits.active_from_latency = bytes / kWeightBytes < limits.max_n_active;
  limits.max_n_active = std::min(limits.max_n_active, bytes / kWeightBytes);
}

}  // namespace isoflop
