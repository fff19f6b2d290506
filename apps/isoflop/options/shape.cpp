#include "apps/isoflop/options/shape.hpp"

#include "apps/isoflop/options/experts.hpp"

namespace isoflop::app {

void shape_options(Form& form) {
  auto count = [&](const char* flag, const char* meaning) { form.word({flag, meaning, "X"}); };
  form.word({"FILE", "config.json of a model; options below change what it says"});
  count("--d-model", "width of the model");
  count("--blocks", "number of blocks (layers)");
  count("--heads", "attention heads");
  count("--kv-heads", "key/value heads (default: as many as heads)");
  count("--head-dim", "width of a head (default d_model / heads)");
  count("--d-ff", "width of a dense feed-forward layer, which E and G refer to");
  form.flag({"--gated", "feed-forward layers of three matrices (SwiGLU)"});
  form.flag({"--plain", "feed-forward layers of two matrices (default)"});
  count("--vocab", "size of the vocabulary");
  form.flag({"--tied", "the head is the embedding"});
  form.flag({"--untied", "a head of its own (default)"});
  count("--seq-len", "tokens that attention scores are counted over (default 2048)");
  count("--learned-positions", "number of learned positions (default none)");
  form.word({"--norm", "scales (default), or scales and shifts", "rms|layer"});
  form.word({"--qk-norm", "norm of queries and keys", "none|per_head|full_width"});
  form.word({"--biases", "biases of projections (default none)", "none|qkv|all"});
  expert_options(form);
  count("--shared-experts", "experts that every token goes to");
  count("--shared-width", "width of each (default that of an expert)");
  count("--dense-layers", "first blocks that are dense");
  count("--routed-period", "only every X-th block has experts (default 1)");
  form.flag({"--router-bias", "one bias per expert, for balancing"});
  count("--mtp-layers", "blocks that predict further tokens, counted apart");
  count("--kv-lora-rank", "latent attention (mla): rank of keys and values");
  count("--q-lora-rank", "mla: rank of queries (default none)");
  count("--qk-nope-head-dim", "mla: width of a query without position");
  count("--qk-rope-head-dim", "mla: width of its rotary part");
  count("--v-head-dim", "mla: width of a value");
}

}  // namespace isoflop::app
