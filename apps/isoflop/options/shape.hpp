// An architecture as a command line says it: a config.json, options, or options over a config.json.
#pragma once

#include <string>

#include "apps/words/experts.hpp"
#include "isoflop/shape/model_shape.hpp"

namespace CLI {
class App;
}

namespace isoflop::app {

struct ShapeArguments {
  std::string file;
  std::string d_model, blocks, heads, kv_heads, head_dim, d_ff, vocab, seq_len, positions;
  std::string norm, qk_norm, biases;
  std::string q_lora_rank, kv_lora_rank, qk_nope_head_dim, qk_rope_head_dim, v_head_dim;
  std::string shared_experts, shared_width, dense_blocks, routed_period, mtp_blocks;
  bool gated = false, plain = false, tied = false, untied = false, router_bias = false;
  ExpertArguments experts;

  void add(CLI::App& command);
  /// Throws UsageError or InvalidArgument where the words contradict each other or say too little,
  /// DataError for the file.
  ModelShape load() const;
};

}  // namespace isoflop::app
