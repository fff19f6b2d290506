// A configuration module of torchtitan 0.3.0: constants, and a function that builds a
// Trainer.Config from them with the builders of torchtitan.models.common.config_utils.
#include <fmt/format.h>

#include <charconv>
#include <map>

#include "formats.hpp"
#include "io/in_quotes.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::detail {
namespace {

constexpr const char* kImports = R"py(from functools import partial

import torch.nn as nn

from torchtitan.components.loss import ChunkedLossWrapper, CrossEntropyLoss
from torchtitan.components.optimizer import default_adamw, register_moe_load_balancing_hook
from torchtitan.config import ParallelismConfig, TrainingConfig
from torchtitan.distributed.pipeline_parallel import pipeline_llm
from torchtitan.models.common import CosSinRoPE, Embedding, Linear, RMSNorm
from torchtitan.models.common.config_utils import (
    get_attention_config,
    make_ffn_config,
    make_gqa_config,
    make_moe_config,
    make_routed_experts_config,
    make_router_config,
)
from torchtitan.models.common.param_init import skip_param_init
from torchtitan.models.qwen3.model import Qwen3Model, Qwen3TransformerBlock
from torchtitan.models.qwen3.parallelize import parallelize_qwen3
from torchtitan.protocols.model_spec import ModelSpec
from torchtitan.trainer import Trainer
)py";

constexpr const char* kBuilders = R"py(NORMAL = partial(nn.init.normal_, std=0.02)
LINEAR = {"weight": NORMAL, "bias": nn.init.zeros_}


def norm(width):
    return RMSNorm.Config(normalized_shape=width, eps=1e-6, param_init={"weight": nn.init.ones_})


def feed_forward():
    if NUM_EXPERTS == 0:
        ffn = make_ffn_config(
            dim=DIM, hidden_dim=HIDDEN_DIM, w1_param_init=LINEAR, w2w3_param_init=LINEAR
        )
        return {"feed_forward": ffn}
    router = make_router_config(
        dim=DIM,
        num_experts=NUM_EXPERTS,
        gate_param_init=LINEAR,
        top_k=TOP_K,
        score_func="softmax",
        route_norm=True,
    )
    experts = make_routed_experts_config(
        dim=DIM,
        hidden_dim=MOE_HIDDEN_DIM,
        num_experts=NUM_EXPERTS,
        top_k=TOP_K,
        param_init={"w1_EFD": NORMAL, "w2_EDF": NORMAL, "w3_EFD": NORMAL},
        comm_backend="standard",
    )
    moe = make_moe_config(num_experts=NUM_EXPERTS, router=router, routed_experts=experts)
    return {"moe": moe}


def block():
    attention = make_gqa_config(
        dim=DIM,
        n_heads=N_HEADS,
        n_kv_heads=N_HEADS,
        head_dim=HEAD_DIM,
        wqkv_param_init=LINEAR,
        wo_param_init=LINEAR,
        inner_attention=get_attention_config("flex"),
        fuse_qkv=True,
        rope=CosSinRoPE.Config(dim=HEAD_DIM, max_seq_len=SEQ_LEN),
        qk_norm=norm(HEAD_DIM) if QK_NORM else None,
    )
    return Qwen3TransformerBlock.Config(
        attention_norm=norm(DIM), ffn_norm=norm(DIM), attention=attention, **feed_forward()
    )


def isoflop_run() -> Trainer.Config:
    model = Qwen3Model.Config(
        vocab_size=VOCAB_SIZE,
        dim=DIM,
        norm=norm(DIM),
        enable_weight_tying=ENABLE_WEIGHT_TYING,
        tok_embeddings=Embedding.Config(
            num_embeddings=VOCAB_SIZE,
            embedding_dim=DIM,
            param_init={"weight": skip_param_init if ENABLE_WEIGHT_TYING else NORMAL},
        ),
        lm_head=Linear.Config(in_features=DIM, out_features=VOCAB_SIZE, param_init=LINEAR),
        layers=[block() for _ in range(N_LAYERS)],
    )
    return Trainer.Config(
        loss=ChunkedLossWrapper.Config(
            loss_fn=CrossEntropyLoss.Config(global_vocab_size=VOCAB_SIZE)
        ),
        model_spec=ModelSpec(
            name="qwen3",
            flavor="isoflop",
            model=model,
            parallelize_fn=parallelize_qwen3,
            pipelining_fn=pipeline_llm,
            post_optimizer_build_fn=register_moe_load_balancing_hook,
            state_dict_adapter=None,
        ),
        optimizer=default_adamw(),
        training=TrainingConfig(
            local_batch_size=LOCAL_BATCH_SIZE,
            global_batch_size=GLOBAL_BATCH_SIZE,
            seq_len=SEQ_LEN,
            steps=STEPS,
        ),
        parallelism=ParallelismConfig(expert_parallel_degree=EXPERT_PARALLEL_DEGREE),
    )
)py";

/// The constants "NAME = 123" at the beginnings of lines; what follows a '#' is a comment.
class Constants {
 public:
  Constants(std::string_view text, const std::string& origin) : origin_(origin) {
    while (!text.empty()) {
      const std::string line(text.substr(0, text.find('\n')));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      const std::size_t equals = line.find(" = ");
      if (equals == std::string::npos || line[0] < 'A' || line[0] > 'Z') continue;
      std::string value = line.substr(equals + 3);
      value = value.substr(0, value.find("  #"));
      values_[line.substr(0, equals)] = value;
    }
  }

  std::uint64_t count(const std::string& name, std::uint64_t low) const {
    const std::string text = value(name);
    std::uint64_t out = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (fault != std::errc{} || end != text.data() + text.size() || out < low) {
      throw DataError(origin_, fmt::format("{} = {} is no whole number of at least {}", name,
                                           in_quotes(text), low));
    }
    return out;
  }
  /// A positive number; nothing where there is no such constant.
  std::optional<double> number(const std::string& name) const {
    if (values_.count(name) == 0) return std::nullopt;
    const std::optional<double> out = parse_number(value(name));
    if (!out || !(*out > 0.0)) {
      throw DataError(origin_, name + " = " + in_quotes(value(name)) + " is no positive number");
    }
    return out;
  }
  bool flag(const std::string& name) const {
    const std::string text = value(name);
    if (text != "True" && text != "False") {
      throw DataError(origin_, name + " = " + in_quotes(text) + " is neither True nor False");
    }
    return text == "True";
  }

 private:
  std::string value(const std::string& name) const {
    const auto it = values_.find(name);
    if (it == values_.end()) throw DataError(origin_, "lacks the constant " + name);
    return it->second;
  }

  std::map<std::string, std::string> values_;
  const std::string& origin_;
};

/// The functions that build a Trainer.Config: with a learning rate of our own, or the default one.
std::string builders(bool with_lr) {
  std::string out = kBuilders;
  if (!with_lr) return out;
  constexpr std::string_view kDefault = "default_adamw()";
  return out.replace(out.find(kDefault), kDefault.size(), "default_adamw(lr=LEARNING_RATE)");
}

const char* python(bool x) { return x ? "True" : "False"; }

}  // namespace

std::string write_torchtitan(const LaunchConfig& config) {
  const ModelShape& shape = config.shape;
  std::string out = fmt::format(
      "# A training of {} tokens for torchtitan 0.3.0, planned by isoflop. With this file as "
      "isoflop_run.py\n# where Python finds it:\n"
      "#   torchrun --nproc_per_node=8 -m torchtitan.train --module isoflop_run --config "
      "isoflop_run\n{}\n",
      config.tokens(), kImports);
  auto constant = [&](const char* name, auto value, const char* comment = "") {
    out += fmt::format("{} = {}{}\n", name, value, comment);
  };
  constant("DIM", shape.d_model);
  constant("N_LAYERS", shape.num_blocks);
  constant("N_HEADS", shape.num_heads);
  constant("HEAD_DIM", shape.head_dim);
  constant("QK_NORM", python(shape.qk_norm == QkNorm::kPerHead));
  constant(
      "HIDDEN_DIM", shape.d_ff,
      shape.is_routed() ? "  # of the dense layer that experts were split from; not used" : "");
  constant("NUM_EXPERTS", shape.num_experts);
  constant("TOP_K", shape.top_k);
  constant("MOE_HIDDEN_DIM", shape.expert_width);
  constant("VOCAB_SIZE", shape.vocab_size);
  constant("ENABLE_WEIGHT_TYING", python(shape.tied));
  constant("SEQ_LEN", shape.seq_len);
  constant("LOCAL_BATCH_SIZE", config.micro_batch_size);
  constant("GLOBAL_BATCH_SIZE", config.global_batch_size);
  constant("STEPS", config.num_steps);
  constant("EXPERT_PARALLEL_DEGREE", config.expert_parallel);
  if (config.lr) constant("LEARNING_RATE", format_number(*config.lr));
  return out + "\n" + builders(config.lr.has_value());
}

LaunchConfig read_torchtitan(std::string_view text, const std::string& origin) {
  const Constants constants(text, origin);
  LaunchConfig out;
  ModelShape& shape = out.shape;
  shape.gated = true;
  shape.d_model = constants.count("DIM", 1);
  shape.num_blocks = constants.count("N_LAYERS", 1);
  shape.num_heads = shape.num_kv_heads = constants.count("N_HEADS", 1);
  shape.head_dim = constants.count("HEAD_DIM", 1);
  if (constants.flag("QK_NORM")) shape.qk_norm = QkNorm::kPerHead;
  shape.d_ff = constants.count("HIDDEN_DIM", 1);
  shape.num_experts = constants.count("NUM_EXPERTS", 0);
  shape.top_k = constants.count("TOP_K", 0);
  shape.expert_width = constants.count("MOE_HIDDEN_DIM", 0);
  shape.vocab_size = constants.count("VOCAB_SIZE", 1);
  shape.tied = constants.flag("ENABLE_WEIGHT_TYING");
  shape.seq_len = constants.count("SEQ_LEN", 1);
  out.micro_batch_size = constants.count("LOCAL_BATCH_SIZE", 1);
  out.global_batch_size = constants.count("GLOBAL_BATCH_SIZE", 1);
  out.num_steps = constants.count("STEPS", 1);
  out.expert_parallel = constants.count("EXPERT_PARALLEL_DEGREE", 1);
  out.lr = constants.number("LEARNING_RATE");
  return out;
}

}  // namespace isoflop::detail
