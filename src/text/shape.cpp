#include "isoflop/text/shape.hpp"

#include <fmt/format.h>

#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/text/experts.hpp"
#include "isoflop/text/grid.hpp"

namespace isoflop::text {
namespace {

using app::TextGrid;

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

/// Blocks that differ from the others in what mixes their tokens.
std::string describe_mixing(const ModelShape& shape) {
  std::string out;
  if (shape.num_window_blocks > 0) {
    out += fmt::format("attention of {} of {} blocks reaches back {} tokens\n",
                       shape.num_window_blocks, shape.num_blocks, shape.window);
  }
  if (shape.other.num_blocks > 0) {
    out += fmt::format("{} of {} blocks have no attention but another layer of {} weights\n",
                       shape.other.num_blocks, shape.num_blocks,
                       shape.other.matrix_weights + shape.other.vector_weights);
  }
  return out;
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

std::string describe_flops(const api::ShapeOutcome& outcome) {
  const FlopCount &training = outcome.training, &inference = outcome.inference;
  TextGrid grid({0});
  auto row = [&](const std::string& label, std::uint64_t train, std::uint64_t infer) {
    grid.add({label, human(train), std::to_string(train), human(infer), std::to_string(infer)});
  };
  grid.add({"FLOPs per token", "", "training", "", "inference"});
  row("6nd", training.six_nd, inference.six_nd);
  row(outcome.shape.is_routed() ? fmt::format("paper (c_r = {})", outcome.request.router_cost)
                                : "paper",
      training.paper, inference.paper);
  if (outcome.shape.seq_len == 0) {
    return grid.text() + "transformer: the file does not say how many tokens are in view; add " +
           field("seq_len") + "\n";
  }
  row(fmt::format("transformer ({} tokens)", outcome.shape.seq_len), training.transformer,
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

std::string shape(const api::ShapeOutcome& outcome) {
  const ModelShape& x = outcome.shape;
  const std::string& file = outcome.request.file;
  std::string notes;
  for (const std::string& note : outcome.notes) notes += "note: " + note + "\n";
  return fmt::format("{}: {} blocks, d_model = {}, {}, {} feed-forward, vocabulary {} ({})\n",
                     file.empty() ? "this model" : file, x.num_blocks, x.d_model,
                     describe_attention(x), x.gated ? "gated" : "plain", x.vocab_size,
                     x.tied ? "tied" : "untied") +
         describe_mixing(x) + describe_routing(x) + notes + "\n" +
         describe_parameters(outcome.params) + "\n" + describe_flops(outcome) + "\n" +
         describe_memory(outcome.bytes);
}

}  // namespace isoflop::text
