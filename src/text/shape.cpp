#include "isoflop/text/shape.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "apps/words/experts.hpp"
#include "isoflop/io/model_config.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/shape/flop_count.hpp"
#include "isoflop/shape/memory_count.hpp"
#include "isoflop/shape/parameter_count.hpp"
#include "isoflop/text/grid.hpp"

namespace isoflop::app {
namespace {

using Json = nlohmann::ordered_json;

std::string human(std::uint64_t count) { return human_number(static_cast<double>(count)); }

std::string describe_attention(const ModelShape& shape) {
  if (shape.latent) {
    const LatentAttention& mla = *shape.latent;
    return fmt::format("{} heads of {} + {} (mla, ranks {} and {})", shape.num_heads,
                       mla.qk_nope_head_dim, mla.qk_rope_head_dim,
                       mla.q_lora_rank == 0 ? "none" : std::to_string(mla.q_lora_rank),
                       mla.kv_lora_rank);
  }
  if (shape.attention() == Attention::kMultiHead) {
    return fmt::format("{} heads of {} (mha)", shape.num_heads, shape.head_dim);
  }
  return fmt::format("{} heads of {} on {} key/value heads (gqa)", shape.num_heads, shape.head_dim,
                     shape.num_kv_heads);
}

std::string describe_routing(const ModelShape& shape) {
  if (!shape.is_routed()) return fmt::format("dense, d_ff = {}\n", shape.d_ff);
  std::string out = describe_experts(expert_layer(shape)) + "\n";
  if (shape.num_routed_blocks() != shape.num_blocks) {
    out += fmt::format("{} of {} blocks have experts, the others are dense\n",
                       shape.num_routed_blocks(), shape.num_blocks);
  }
  if (shape.num_shared_experts > 0) {
    out += fmt::format("every token also goes to {} shared expert{} of width {}\n",
                       shape.num_shared_experts, shape.num_shared_experts == 1 ? "" : "s",
                       shape.shared_expert_width);
  }
  return out;
}

/// One row per part that the model has.
std::string describe_parameters(const ParameterCount& params) {
  TextGrid grid({0});
  auto row = [&](const char* label, std::uint64_t total, std::uint64_t active) {
    if (total == 0) return;
    grid.add({label, human(total), std::to_string(total), human(active), std::to_string(active)});
  };
  grid.add({"parameters", "", "total", "", "active"});
  row("all", params.total(), params.active());
  row("no embedding, head, router", params.total_no_embedding(), params.active_no_embedding());
  row("  embedding", params.embedding, params.embedding);
  row("  learned positions", params.positions, params.positions);
  row("  head", params.head, params.head);
  row("  router", params.router, params.router);
  row("  attention", params.attention, params.attention);
  row("  dense feed-forward", params.dense_ff, params.dense_ff);
  row("  experts", params.experts, params.active_experts);
  row("  shared experts", params.shared_experts, params.shared_experts);
  row("  norms", params.norms, params.norms);
  row("further tokens (mtp), apart", params.mtp, params.mtp_active);
  return grid.text();
}

std::string describe_flops(const ModelShape& shape, std::uint64_t router_cost) {
  const FlopCount training = training_flops(shape, router_cost);
  const FlopCount inference = inference_flops(shape, router_cost);
  TextGrid grid({0});
  auto row = [&](const std::string& label, std::uint64_t train, std::uint64_t infer) {
    grid.add({label, human(train), std::to_string(train), human(infer), std::to_string(infer)});
  };
  grid.add({"FLOPs per token", "", "training", "", "inference"});
  row("6nd", training.six_nd, inference.six_nd);
  row(shape.is_routed() ? fmt::format("paper (c_r = {})", router_cost) : "paper", training.paper,
      inference.paper);
  row(fmt::format("transformer ({} tokens)", shape.seq_len), training.transformer,
      inference.transformer);
  return grid.text();
}

std::string describe_memory(const MemoryCount& bytes) {
  TextGrid grid({0});
  auto row = [&](const char* label, std::uint64_t value) {
    grid.add({label, human_bytes(value), std::to_string(value)});
  };
  grid.add({"bytes"});
  row("weights", bytes.weights);
  row("gradients", bytes.gradients);
  row("optimizer state", bytes.optimizer);
  row("KV cache per token", bytes.kv_cache_per_token);
  return grid.text();
}

Json flops_to_json(const FlopCount& flops) {
  return {{"6nd", flops.six_nd}, {"paper", flops.paper}, {"transformer", flops.transformer}};
}

}  // namespace

std::string human_bytes(std::uint64_t bytes) {
  std::string text = human(bytes);
  std::string unit = "B";
  switch (text.back()) {
    case 'K':
      unit = "kB";
      break;
    case 'M':
      unit = "MB";
      break;
    case 'B':
      unit = "GB";
      break;
    case 'T':
      unit = "TB";
      break;
    default:
      return text + " B";
  }
  text.pop_back();
  return text + " " + unit;
}

std::string describe_shape(const std::string& name, const ModelShape& shape,
                           std::uint64_t router_cost) {
  return fmt::format("{}: {} blocks, d_model = {}, {}, {} feed-forward, vocabulary {} ({})\n", name,
                     shape.num_blocks, shape.d_model, describe_attention(shape),
                     shape.gated ? "gated" : "plain", shape.vocab_size,
                     shape.tied ? "tied" : "untied") +
         describe_routing(shape) + "\n" + describe_parameters(count_parameters(shape)) + "\n" +
         describe_flops(shape, router_cost) + "\n" + describe_memory(count_memory(shape));
}

Json shape_report(const ModelShape& shape, std::uint64_t router_cost) {
  const ParameterCount params = count_parameters(shape);
  const MemoryCount bytes = count_memory(shape);
  Json out;
  out["format"] = "isoflop.shape/1";
  out["shape"] = shape_to_json(shape);
  out["experts"] = shape.is_routed() ? experts_to_json(expert_layer(shape)) : Json(nullptr);
  out["params"] = {{"total", params.total()},
                   {"active", params.active()},
                   {"total_no_embedding", params.total_no_embedding()},
                   {"active_no_embedding", params.active_no_embedding()},
                   {"router", params.router},
                   {"embedding", params.embedding},
                   {"positions", params.positions},
                   {"head", params.head},
                   {"attention", params.attention},
                   {"dense_ff", params.dense_ff},
                   {"experts", params.experts},
                   {"active_experts", params.active_experts},
                   {"shared_experts", params.shared_experts},
                   {"norms", params.norms},
                   {"mtp", params.mtp},
                   {"mtp_active", params.mtp_active}};
  out["router_cost"] = router_cost;
  out["flops_per_token"] = {{"training", flops_to_json(training_flops(shape, router_cost))},
                            {"inference", flops_to_json(inference_flops(shape, router_cost))}};
  out["bytes"] = {{"weights", bytes.weights},
                  {"gradients", bytes.gradients},
                  {"optimizer", bytes.optimizer},
                  {"kv_cache_per_token", bytes.kv_cache_per_token}};
  return out;
}

}  // namespace isoflop::app
