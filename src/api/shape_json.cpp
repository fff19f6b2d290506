#include <nlohmann/json.hpp>

#include "api/experts.hpp"
#include "api/shape_fields.hpp"
#include "isoflop/io/model_config.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

void list_fields(FieldVisitor& f, ShapeRequest& request) {
  ShapeWords& words = request.words;
  f.file("file", request.file);
  f.count("d_model", words.d_model, 1);
  f.count("blocks", words.blocks, 1);
  f.count("heads", words.heads, 1);
  f.count("kv_heads", words.kv_heads, 1);
  f.count("head_dim", words.head_dim, 1);
  f.count("d_ff", words.d_ff, 1);
  f.flag("gated", words.gated);
  f.flag("plain", words.plain);
  f.count("vocab", words.vocab, 1);
  f.flag("tied", words.tied);
  f.flag("untied", words.untied);
  f.count("seq_len", words.seq_len, 1);
  f.count("learned_positions", words.learned_positions, 0);
  f.text("norm", words.norm);
  f.text("qk_norm", words.qk_norm);
  f.text("biases", words.biases);
  list_fields(f, words.experts);
  f.count("shared_experts", words.shared_experts, 0);
  f.count("shared_width", words.shared_width, 1);
  f.count("dense_layers", words.dense_layers, 0);
  f.count("routed_period", words.routed_period, 1);
  f.flag("router_bias", words.router_bias);
  f.count("mtp_layers", words.mtp_layers, 0);
  f.count("kv_lora_rank", words.kv_lora_rank, 1);
  f.count("q_lora_rank", words.q_lora_rank, 0);
  f.count("qk_nope_head_dim", words.qk_nope_head_dim, 1);
  f.count("qk_rope_head_dim", words.qk_rope_head_dim, 1);
  f.count("v_head_dim", words.v_head_dim, 1);
  f.count("router_cost", request.router_cost, 0);
}

ShapeRequest shape_request(const Json& json) { return read_request<ShapeRequest>(json); }

Json to_json(const ShapeRequest& request) { return request_json("shape", request); }

Json config_json(const ShapeOutcome& outcome) { return shape_to_config(outcome.shape); }

namespace {

Json flops_to_json(const FlopCount& flops) {
  return {{"6nd", flops.six_nd},
          {"paper", flops.paper},
          {"transformer", flops.transformer > 0 ? Json(flops.transformer) : Json()}};
}

}  // namespace

Json to_json(const ShapeOutcome& outcome) {
  const ParameterCount& params = outcome.params;
  const MemoryCount& bytes = outcome.bytes;
  const ModelShape& shape = outcome.shape;
  Json out;
  out["format"] = kShapeFormat;
  out["shape"] = shape_to_json(shape);
  if (!outcome.notes.empty()) out["notes"] = outcome.notes;
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
  out["router_cost"] = outcome.request.router_cost;
  out["flops_per_token"] = {{"training", flops_to_json(outcome.training)},
                            {"inference", flops_to_json(outcome.inference)}};
  out["bytes"] = {{"weights", bytes.weights},
                  {"gradients", bytes.gradients},
                  {"optimizer", bytes.optimizer},
                  {"kv_cache_per_token", bytes.kv_cache_per_token}};
  return with_provenance(std::move(out), to_json(outcome.request), outcome.inputs);
}

}  // namespace isoflop::api
