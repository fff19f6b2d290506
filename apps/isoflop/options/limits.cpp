#include "apps/isoflop/options/limits.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "apps/isoflop/verbs.hpp"
#include "apps/words/words.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/text/plan.hpp"

namespace isoflop::app {
namespace {

constexpr double kGigabyte = 1e9;
// AdamW in mixed precision, as memory_count.hpp counts it: weight, gradient, optimizer state.
constexpr double kTrainingBytes = 2.0 + 2.0 + 12.0, kWeightBytes = 2.0;
constexpr double kCacheBytes = 2.0 * 2.0;  // a key and a value of d_model numbers each

std::string amount(Limit limit, double value) {
  switch (limit) {
    case Limit::kMemory:
      return human_number(value / kGigabyte) + " GB";
    case Limit::kMaxActive:
      return human_number(value) + " active parameters";
    case Limit::kMinTokens:
      return human_number(value) + " tokens";
    case Limit::kTokensPerActive:
      return human_number(value) + " tokens per active parameter";
    case Limit::kUniqueTokens:
      return human_number(value) + " unique tokens";
    case Limit::kNone:
      break;
  }
  return human_number(value);
}

std::string flag_of(Limit limit, const Limits& limits) {
  switch (limit) {
    case Limit::kMemory:
      return "--max-memory-gb";
    case Limit::kMaxActive:
      return limits.active_from_latency ? "--max-ms-per-token at" : "--max-n-active";
    case Limit::kMinTokens:
      return "--min-d";
    case Limit::kTokensPerActive:
      return "--tokens-per-parameter";
    case Limit::kUniqueTokens:
      return "--unique-tokens";
    case Limit::kNone:
      break;
  }
  return "";
}

/// A tenth more of what a limit allows; of what it asks, a tenth less.
bool asks(Limit limit) { return limit == Limit::kMinTokens || limit == Limit::kTokensPerActive; }

}  // namespace

void LimitArguments::add(CLI::App& command) {
  auto option = [&](const char* flag, std::string& value, const char* meaning, const char* type) {
    command.add_option(flag, value, meaning)->type_name(type)->group("Limits");
  };
  option("--unique-tokens", unique_tokens,
         "tokens that are there; beyond them they repeat and are worth less (Muennighoff et al. "
         "2023)",
         "U");
  option("--inference-tokens", inference_tokens,
         "tokens to serve with the model: the budget pays for training and serving", "X");
  option("--max-n-active", max_n_active, "most active parameters", "N");
  option("--min-d", min_d, "fewest training tokens", "D");
  option("--tokens-per-parameter", tokens_per_parameter,
         "training tokens per active parameter, held exactly", "X");
  option("--max-memory-gb", max_memory_gb,
         "memory of one GPU in GB (1e9 bytes); --memory says for what", "X");
  option("--memory", memory,
         "training: weights, gradients and optimizer state (16 bytes per parameter); inference: "
         "weights and KV cache (2 bytes a number) at --batch and --context",
         "training|inference");
  option("--shard-over", gpus_per_replica, "GPUs that these bytes are spread over (default 1)",
         "K");
  option("--batch", batch, "sequences served at once, for --memory inference (default 1)", "B");
  option("--context", context, "tokens cached per sequence, for --memory inference (default 4096)",
         "S");
  option("--embedding-rows", vocab_rows,
         "rows of d_model weights beside N that take memory: the vocabulary, twice if head and "
         "embedding are untied",
         "ROWS");
  option("--max-ms-per-token", max_ms_per_token,
         "longest time to decode one token of one sequence: its active weights (2 bytes each) are "
         "read once at --memory-bandwidth",
         "MS");
  option("--memory-bandwidth", memory_bandwidth, "bytes per second, such as 3.35T", "X");
}

void LimitArguments::apply(PlanProblem& request) const {
  Limits& limits = request.limits;
  auto set = [](const char* flag, const std::string& text, double& value) {
    if (!text.empty()) value = positive_argument(flag, text);
  };
  if (!unique_tokens.empty()) {
    if (law_has_variable(request.law, Variable::kU)) {
      throw UsageError("--unique-tokens: this law knows of repetition itself: use --u");
    }
    set("--unique-tokens", unique_tokens, request.unique_tokens);
  }
  set("--inference-tokens", inference_tokens, limits.inference_tokens);
  set("--max-n-active", max_n_active, limits.max_n_active);
  set("--min-d", min_d, limits.min_tokens);
  set("--tokens-per-parameter", tokens_per_parameter, limits.tokens_per_active);
  if (max_ms_per_token.empty() != memory_bandwidth.empty()) {
    throw UsageError("--max-ms-per-token and --memory-bandwidth belong together");
  }
  if (!max_ms_per_token.empty()) {
    const double bytes = 1e-3 * positive_argument("--max-ms-per-token", max_ms_per_token) *
                         positive_argument("--memory-bandwidth", memory_bandwidth);
    limits.active_from_latency = bytes / kWeightBytes < limits.max_n_active;
    limits.max_n_active = std::min(limits.max_n_active, bytes / kWeightBytes);
  }
  if (memory != "training" && memory != "inference") {
    throw UsageError(fmt::format("--memory: \"{}\" is neither training nor inference", memory));
  }
  const bool serving = memory == "inference";
  if (!serving && !(batch.empty() && context.empty())) {
    throw UsageError("--batch and --context say something of --memory inference, which is missing");
  }
  if (max_memory_gb.empty()) {
    if (serving || !gpus_per_replica.empty() || !vocab_rows.empty()) {
      throw UsageError(
          "--memory, --shard-over and --embedding-rows say something of --max-memory-gb, which is "
          "missing");
    }
    return;
  }
  limits.max_bytes = kGigabyte * positive_argument("--max-memory-gb", max_memory_gb);
  double gpus = 1.0, sequences = 1.0, cached = 4096.0, rows = 0.0;
  set("--shard-over", gpus_per_replica, gpus);
  set("--batch", batch, sequences);
  set("--context", context, cached);
  set("--embedding-rows", vocab_rows, rows);
  const double per_weight = (serving ? kWeightBytes : kTrainingBytes) / gpus;
  const double expansion = request.law.expansion.value_or(1.0);
  MemoryUse& use = limits.memory;
  use.shape = request.shape;
  if (request.law.family && request.law.n_means == NMeaning::kActive) {
    use.per_active = per_weight;
    use.per_square_depth = per_weight * request.shape.feed_forward * (expansion - 1.0);
  } else if (const double total = n_total_per_active(request); std::isfinite(total)) {
    use.per_active = per_weight * total;
  } else {
    throw UsageError(
        "--max-memory-gb: this law's N counts embeddings, so that all parameters do not follow "
        "from active ones: use --max-n-active");
  }
  use.per_width = per_weight * rows;
  use.per_width_depth = serving ? kCacheBytes * sequences * cached / gpus : 0.0;
  use.router_width_depth = expansion > 1.0 ? per_weight * expansion : 0.0;
}

std::string limits_text(const PlanProblem& request, const Plan& plan) {
  const std::string budget = budget_text(request, plan.budget);
  if (plan.status == PlanStatus::kInfeasible) {
    Limits limits = request.limits;
    const Limit broken = plan.broken.limit;
    return fmt::format("{}: no model keeps to {} {}; {} would leave one\n", budget,
                       flag_of(broken, limits), amount(broken, *limits.value(broken)),
                       amount(broken, plan.broken.enough));
  }
  std::string out;
  for (const BindingLimit& b : plan.binding) {
    out += fmt::format("{}: {} {} binds: 10 % {} is worth {:.4f} nats, or {:.2f} % of the budget\n",
                       budget, flag_of(b.limit, request.limits), amount(b.limit, b.value),
                       asks(b.limit) ? "less of it" : "more of it", 0.1 * b.value * b.loss_per_unit,
                       10.0 * b.value * b.budget_per_unit / plan.budget);
  }
  return out;
}

}  // namespace isoflop::app
