#include "model_config_parts.hpp"

#include <nlohmann/json.hpp>
#include <numeric>
#include <vector>

namespace isoflop::detail {
namespace {

using Json = nlohmann::ordered_json;

/// A key of our own beside those of the package transformers, which keeps keys it does not know.
constexpr const char* kDenseWidthKey = "dense_intermediate_size";

std::uint64_t default_dense_width(const ModelShape& shape, const ModelType& type) {
  return type.dense_as_wide_as_expert ? shape.expert_width : shape.top_k * shape.expert_width;
}

/// The dense blocks that Qwen lists one by one; ours come first.
std::uint64_t num_listed_dense_blocks(const ConfigFields& fields) {
  const Json* list = fields.member("mlp_only_layers");
  if (list == nullptr) return 0;
  std::vector<std::uint64_t> first(list->size());
  std::iota(first.begin(), first.end(), std::uint64_t{0});
  if (!list->is_array() || *list != Json(first)) {
    fields.fail("\"mlp_only_layers\" must list the first blocks only: [], [0], [0, 1], ...");
  }
  return list->size();
}

void read_routed_blocks(const ConfigFields& fields, const ModelType& type, ModelShape& shape) {
  if (type.family == ConfigFamily::kDeepseek) {
    shape.num_dense_blocks = fields.count("first_k_dense_replace", 0);
    shape.routed_period = fields.optional_count("moe_layer_freq").value_or(1);
  } else if (type.expert_width_key == "moe_intermediate_size") {
    shape.num_dense_blocks = num_listed_dense_blocks(fields);
    shape.routed_period = fields.optional_count("decoder_sparse_step").value_or(1);
    shape.routed_offset = shape.routed_period - 1;  // block i is routed if it divides i + 1
  }
}

}  // namespace

std::uint64_t share_of_width(const ConfigFields& fields, std::uint64_t width,
                             const std::string& width_key, std::uint64_t heads,
                             const std::string& heads_key) {
  if (width % heads != 0) {
    fields.fail("\"" + width_key + "\" = " + std::to_string(width) + " is not a multiple of \"" +
                heads_key + "\" = " + std::to_string(heads));
  }
  return width / heads;
}

void read_feed_forward(const ConfigFields& fields, const ModelType& type, ModelShape& shape) {
  const std::string experts_key(type.experts_key), width_key(type.expert_width_key);
  // A file of DeepSeek or Qwen may say that it has no experts; others have to say how many.
  const bool may_be_dense = width_key == "moe_intermediate_size";
  if (!type.experts_key.empty()) {
    shape.num_experts = may_be_dense ? fields.optional_count(experts_key, 0).value_or(0)
                                     : fields.count(experts_key);
  }
  if (may_be_dense && !fields.has(experts_key)) fields.fail("lacks \"" + experts_key + "\"");
  if (!shape.is_routed()) {
    shape.d_ff = fields.count("intermediate_size");
    return;
  }
  shape.expert_width = fields.count(width_key);
  shape.top_k = fields.count("num_experts_per_tok");
  shape.d_ff =
      may_be_dense
          ? fields.count("intermediate_size")
          : fields.optional_count(kDenseWidthKey).value_or(default_dense_width(shape, type));
  read_routed_blocks(fields, type, shape);
  if (type.family == ConfigFamily::kDeepseek) {
    if (!fields.has("n_shared_experts")) fields.fail("lacks \"n_shared_experts\" (null: none)");
    shape.num_shared_experts = fields.optional_count("n_shared_experts", 0).value_or(0);
    shape.shared_expert_width = shape.num_shared_experts > 0 ? shape.expert_width : 0;
  } else if (has_gated_shared_experts(type)) {
    shape.num_shared_experts = 1;
    shape.shared_expert_width = fields.count("shared_expert_intermediate_size");
    shape.shared_expert_gate = true;
  }
}

void write_feed_forward(const ModelShape& shape, const ModelType& type, Json& out) {
  if (type.experts_key.empty()) {
    out["intermediate_size"] = shape.d_ff;
    return;
  }
  const bool has_dense_width = type.expert_width_key == "moe_intermediate_size";
  if (has_dense_width) out["intermediate_size"] = shape.d_ff;
  out[std::string(type.expert_width_key)] = shape.expert_width;
  out[std::string(type.experts_key)] = shape.num_experts;
  out["num_experts_per_tok"] = shape.top_k;
  if (!has_dense_width && shape.d_ff != default_dense_width(shape, type)) {
    out[kDenseWidthKey] = shape.d_ff;
  }
  if (type.family == ConfigFamily::kDeepseek) {
    out["n_shared_experts"] = shape.num_shared_experts;
    out["first_k_dense_replace"] = shape.num_dense_blocks;
    out["moe_layer_freq"] = shape.routed_period;
  } else if (has_dense_width) {
    std::vector<std::uint64_t> first(shape.num_dense_blocks <= shape.num_blocks
                                         ? static_cast<std::size_t>(shape.num_dense_blocks)
                                         : 0);
    std::iota(first.begin(), first.end(), std::uint64_t{0});
    out["mlp_only_layers"] = first;
    out["decoder_sparse_step"] = shape.routed_period;
  }
  if (has_gated_shared_experts(type)) {
    out["shared_expert_intermediate_size"] = shape.shared_expert_width;
  }
}

}  // namespace isoflop::detail
