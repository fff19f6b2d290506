#include "api/planner_choice.hpp"
#include "isoflop/error.hpp"
#include "isoflop/plan/memory_limit.hpp"

namespace isoflop::api {
namespace {

void set(double& value, const std::optional<double>& said) {
  if (said) value = *said;
}

MemoryLimit memory_of(const LimitsChoice& choice) {
  MemoryLimit out;
  out.bytes = kGigabyte * *choice.max_memory_gb;
  out.serving = choice.memory == "inference";
  set(out.num_gpus, choice.shard_over);
  set(out.num_sequences, choice.batch);
  set(out.cached_tokens, choice.context);
  set(out.embedding_rows, choice.embedding_rows);
  return out;
}

void limit_memory_as(PlanProblem& problem, const LimitsChoice& choice) {
  const bool serving = choice.memory == "inference";
  if (!serving && (choice.batch || choice.context)) {
    throw InvalidArgument(choice.batch ? "batch" : "context",
                          field("batch") + " and " + field("context") + " say something of " +
                              field("memory") + " inference, which is missing");
  }
  if (choice.max_memory_gb) {
    limit_memory(problem, memory_of(choice));
  } else if (serving || choice.shard_over || choice.embedding_rows) {
    throw InvalidArgument("max_memory_gb", field("memory") + ", " + field("shard_over") + " and " +
                                               field("embedding_rows") + " say something of " +
                                               field("max_memory_gb") + ", which is missing");
  }
}

}  // namespace

void list_fields(FieldVisitor& f, LimitsChoice& choice) {
  f.number("unique_tokens", choice.unique_tokens, Numbers::kPositive);
  f.number("inference_tokens", choice.inference_tokens, Numbers::kPositive);
  f.number("max_n_active", choice.max_n_active, Numbers::kPositive);
  f.number("min_d", choice.min_d, Numbers::kPositive);
  f.number("tokens_per_parameter", choice.tokens_per_parameter, Numbers::kPositive);
  f.number("max_memory_gb", choice.max_memory_gb, Numbers::kPositive);
  f.choice("memory", choice.memory, {"training", "inference"});
  f.number("shard_over", choice.shard_over, Numbers::kWhole);
  f.number("batch", choice.batch, Numbers::kWhole);
  f.number("context", choice.context, Numbers::kPositive);
  f.number("embedding_rows", choice.embedding_rows, Numbers::kPositive);
  f.number("max_ms_per_token", choice.max_ms_per_token, Numbers::kPositive);
  f.number("memory_bandwidth", choice.memory_bandwidth, Numbers::kPositive);
}

void limit(PlanProblem& problem, const LimitsChoice& choice) {
  Limits& limits = problem.limits;
  if (choice.unique_tokens && law_has_variable(problem.law, Variable::kU)) {
    throw InvalidArgument(
        "unique_tokens",
        field("unique_tokens") + ": this law knows of repetition itself: use " + field("u"));
  }
  set(problem.unique_tokens, choice.unique_tokens);
  set(limits.inference_tokens, choice.inference_tokens);
  set(limits.max_n_active, choice.max_n_active);
  set(limits.min_tokens, choice.min_d);
  set(limits.tokens_per_active, choice.tokens_per_parameter);
  if (choice.max_ms_per_token.has_value() != choice.memory_bandwidth.has_value()) {
    throw InvalidArgument(
        choice.max_ms_per_token ? "memory_bandwidth" : "max_ms_per_token",
        field("max_ms_per_token") + " and " + field("memory_bandwidth") + " belong together");
  }
  if (choice.max_ms_per_token) {
    limit_latency(problem, 1e-3 * *choice.max_ms_per_token, *choice.memory_bandwidth);
  }
  limit_memory_as(problem, choice);
}

}  // namespace isoflop::api
