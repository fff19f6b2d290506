#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/launch_config.hpp"
#include "isoflop/io/model_config.hpp"

namespace isoflop::launch_config_test {
namespace {

using Catch::Matchers::ContainsSubstring;

ModelShape dense(bool gated) {
  ModelShape out;
  out.d_model = 1024;
  out.num_blocks = 16;
  out.vocab_size = 50304;
  out.seq_len = 2048;
  out.num_heads = out.num_kv_heads = 8;
  out.head_dim = 128;
  out.d_ff = gated ? 2688 : 4096;
  out.gated = gated;
  return out;
}

ModelShape routed(bool gated) {
  ModelShape out = dense(gated);
  out.d_ff = gated ? 3072 : 4096;
  out.num_experts = 512;
  out.top_k = 8;
  out.expert_width = out.d_ff / 8;
  return out;
}

LaunchConfig run_of(const ModelShape& shape, std::uint64_t expert_parallel = 1) {
  return launch_config(shape, 6.19e10, 4194304.0, expert_parallel);
}

std::string refusal_of(LaunchFormat format, const ModelShape& shape) {
  try {
    write_launch(format, run_of(shape));
  } catch (const InvalidArgument& fault) {
    return fault.what();
  }
  return "";
}

std::string fault_of(LaunchFormat format, const std::string& text) {
  try {
    read_launch(format, text, "run");
  } catch (const DataError& fault) {
    return fault.what();
  }
  return "";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST_CASE("launch_config: a run has whole sequences and sees all tokens", "[io][identity]") {
  const LaunchConfig run = launch_config(dense(true), 1e9, 3e6);
  CHECK(run.global_batch_size == 1464);  // 3e6 / 2048 = 1464.8
  CHECK(run.batch_tokens() == 1464 * 2048);
  CHECK(run.num_steps == 334);  // 1e9 / 2998272 = 333.5
  CHECK(run.tokens() >= 1'000'000'000);
  CHECK(run.tokens() < 1'000'000'000 + run.batch_tokens());
  CHECK(launch_config(dense(true), 1e9, 100.0).global_batch_size == 1);
  CHECK(launch_config(dense(true), 2048.0 * 7.0, 2048.0).num_steps == 7);
}

TEST_CASE("default_batch_tokens: a batch grows with the run up to four million tokens",
          "[io][identity]") {
  CHECK(default_batch_tokens(1e6) == 1u << 14);
  CHECK(default_batch_tokens(16.384e9) == 1u << 20);
  CHECK(default_batch_tokens(4.19430e10) == 1u << 21);
  CHECK(default_batch_tokens(4.19431e10) == 1u << 22);
  CHECK(default_batch_tokens(1e13) == 1u << 22);
}

TEST_CASE("launch_config: runs without tokens and uneven experts are refused", "[io][refusal]") {
  CHECK_THROWS_AS(launch_config(dense(true), 0.0, 1e6), InvalidArgument);
  CHECK_THROWS_AS(launch_config(dense(true), 1e9, 0.0), InvalidArgument);
  CHECK_THROWS_AS(launch_config(dense(true), 1e16, 1e6), InvalidArgument);
  CHECK_THROWS_AS(launch_config(routed(true), 1e9, 1e6, 0), InvalidArgument);
  CHECK_THROWS_WITH(launch_config(routed(true), 1e9, 1e6, 24),
                    "512 experts cannot be shared by 24 GPUs evenly");
}

TEST_CASE("write_launch: what is written reads back as the same run", "[io][identity]") {
  std::vector<ModelShape> shapes{dense(true), routed(true)};
  for (const ModelShape& shape : std::vector(shapes)) {
    ModelShape tied = shape;
    tied.tied = true;
    tied.vocab_size = 50257;
    ModelShape normed = shape;
    normed.qk_norm = QkNorm::kPerHead;
    shapes.insert(shapes.end(), {tied, normed});
  }
  for (const LaunchFormat format :
       {LaunchFormat::kMegatron, LaunchFormat::kHuggingFace, LaunchFormat::kTorchtitan}) {
    for (const ModelShape& shape : shapes) {
      const LaunchConfig run = run_of(shape, shape.is_routed() ? 64 : 1);
      CHECK(read_launch(format, write_launch(format, run), "run") == run);
    }
  }
  for (const ModelShape& shape : {dense(false), routed(false)}) {
    const LaunchConfig run = run_of(shape);
    CHECK(read_launch(LaunchFormat::kMegatron, write_launch(LaunchFormat::kMegatron, run), "run") ==
          run);
  }
}

TEST_CASE("write_launch: the micro-batch of a run reads back in every format", "[io][identity]") {
  const LaunchConfig run = launch_config(routed(true), 6.19e10, 4194304.0, 1, 8);
  CHECK(run.micro_batch_size == 8);
  for (std::size_t i = 0; i < launch_formats().size(); ++i) {
    const auto format = static_cast<LaunchFormat>(i);
    CAPTURE(launch_formats()[i]);
    CHECK(read_launch(format, write_launch(format, run), "run") == run);
  }
}

TEST_CASE("write_launch: a learning rate reads back as the same number in every format",
          "[io][identity]") {
  for (const double lr : {0.001632, 3e-4, 1.0 / 3.0, 7.25e-7}) {
    LaunchConfig run = run_of(routed(true));
    run.lr = lr;
    for (std::size_t i = 0; i < launch_formats().size(); ++i) {
      const auto format = static_cast<LaunchFormat>(i);
      CAPTURE(launch_formats()[i], lr);
      CHECK(read_launch(format, write_launch(format, run), "run") == run);
    }
  }
}

TEST_CASE("write_launch: a learning rate stands where each program takes it", "[io][format]") {
  LaunchConfig run = run_of(routed(true));
  run.lr = 0.001632;
  CHECK_THAT(write_launch(LaunchFormat::kMegatron, run),
             ContainsSubstring("\n--train-iters 14759\n--lr 0.001632\n"));
  const std::string python = write_launch(LaunchFormat::kTorchtitan, run);
  CHECK_THAT(python, ContainsSubstring("\nLEARNING_RATE = 0.001632\n"));
  CHECK_THAT(python, ContainsSubstring("optimizer=default_adamw(lr=LEARNING_RATE),\n"));
  CHECK_THAT(write_launch(LaunchFormat::kTorchtitan, run_of(routed(true))),
             ContainsSubstring("optimizer=default_adamw(),\n"));
  const auto config = nlohmann::ordered_json::parse(write_launch(LaunchFormat::kHuggingFace, run));
  CHECK(config["isoflop_training"]["learning_rate"] == 0.001632);
}

TEST_CASE("write_launch: Megatron-LM gets arguments under its own names", "[io][format]") {
  CHECK(write_launch(LaunchFormat::kMegatron, run_of(routed(true), 64)) ==
        R"(--num-layers 16
--hidden-size 1024
--ffn-hidden-size 3072
--num-attention-heads 8
--kv-channels 128
--swiglu
--disable-bias-linear
--normalization RMSNorm
--position-embedding-type rope
--seq-length 2048
--max-position-embeddings 2048
--vocab-size 50304
--make-vocab-size-divisible-by 128
--untie-embeddings-and-output-weights
--num-experts 512
--moe-ffn-hidden-size 384
--moe-router-topk 8
--moe-router-load-balancing-type aux_loss
--moe-aux-loss-coeff 1e-2
--moe-token-dispatcher-type alltoall
--expert-model-parallel-size 64
--attention-dropout 0.0
--hidden-dropout 0.0
--bf16
--micro-batch-size 1
--global-batch-size 2048
--train-iters 14759
)");
}

TEST_CASE("write_launch: a config.json is of a type of transformers and holds the training",
          "[io][format]") {
  auto config_of = [](const ModelShape& shape) {
    return nlohmann::ordered_json::parse(write_launch(LaunchFormat::kHuggingFace, run_of(shape)));
  };
  CHECK(config_of(dense(true))["model_type"] == "llama");
  ModelShape shape = routed(true);
  CHECK(config_of(shape)["model_type"] == "mixtral");
  shape.qk_norm = QkNorm::kPerHead;
  const nlohmann::ordered_json config = config_of(shape);
  CHECK(config["model_type"] == "qwen3_moe");
  CHECK(config["num_experts"] == 512);
  CHECK(config["isoflop_training"]["tokens"] == 14759ull * 2048 * 2048);
  CHECK(config["isoflop_training"]["steps"] == 14759);
  CHECK(shape_from_config(config, "config.json") == shape);
}

TEST_CASE("write_launch: torchtitan gets constants and a function that builds its Trainer.Config",
          "[io][format]") {
  const std::string text = write_launch(LaunchFormat::kTorchtitan, run_of(routed(true), 64));
  CHECK_THAT(text, ContainsSubstring("\nDIM = 1024\nN_LAYERS = 16\nN_HEADS = 8\nHEAD_DIM = 128\n"));
  CHECK_THAT(text, ContainsSubstring("\nNUM_EXPERTS = 512\nTOP_K = 8\nMOE_HIDDEN_DIM = 384\n"));
  CHECK_THAT(text,
             ContainsSubstring(
                 "\nSEQ_LEN = 2048\nLOCAL_BATCH_SIZE = 1\nGLOBAL_BATCH_SIZE = 2048\nSTEPS = 14759\n"
                 "EXPERT_PARALLEL_DEGREE = 64\n"));
  CHECK_THAT(text, ContainsSubstring("\ndef isoflop_run() -> Trainer.Config:\n"));
}

TEST_CASE("write_launch: a shape that a format cannot say is refused with what would be right",
          "[io][refusal]") {
  for (const ModelShape& shape : {dense(false), routed(false)}) {
    CHECK_THAT(refusal_of(LaunchFormat::kHuggingFace, shape), ContainsSubstring("(gated)"));
    CHECK_THAT(refusal_of(LaunchFormat::kTorchtitan, shape), ContainsSubstring("(gated)"));
  }
  ModelShape biased = dense(false);
  biased.qkv_bias = true;
  CHECK_THAT(refusal_of(LaunchFormat::kMegatron, biased), ContainsSubstring("no biases"));
  ModelShape grouped = routed(true);
  grouped.num_kv_heads = 2;
  CHECK_THAT(refusal_of(LaunchFormat::kMegatron, grouped), ContainsSubstring("multi-head"));
  CHECK_THAT(refusal_of(LaunchFormat::kTorchtitan, grouped), ContainsSubstring("multi-head"));
}

TEST_CASE("read_launch: a fault names the argument of Megatron-LM", "[io][refusal]") {
  const std::string text = write_launch(LaunchFormat::kMegatron, run_of(routed(true)));
  auto fault = [&](const std::string& from, const std::string& to) {
    return fault_of(LaunchFormat::kMegatron, replaced(text, from, to));
  };
  CHECK(fault("--num-layers 16\n", "") == "run: lacks --num-layers");
  CHECK(fault("--num-layers 16", "--num-layers x") == "run: --num-layers \"x\" is no whole number");
  CHECK(fault("--bf16", "--fp32-everything 1") == "run: lacks --bf16");
  CHECK(fault("--bf16\n", "--bf16\n--min-lr 1e-5\n") == "run: \"--min-lr\" is not known here");
  CHECK(fault("--bf16\n", "--bf16\n--lr -1\n") == "run: --lr \"-1\" is no positive number");
  CHECK(fault("--bf16", "bf16") == "run: \"bf16\" is no argument of Megatron-LM");
  CHECK(fault("--bf16\n", "--bf16\n--bf16\n") == "run: --bf16 is given twice");
  CHECK(fault("--vocab-size 50304", "--vocab-size 50257") ==
        "run: --vocab-size is no multiple of --make-vocab-size-divisible-by: padded, it would be "
        "another");
  CHECK(fault_of(LaunchFormat::kMegatron, "--num-layers") == "run: --num-layers lacks its value");
}

TEST_CASE("read_launch: a fault names the constant or the field", "[io][refusal]") {
  const std::string python = write_launch(LaunchFormat::kTorchtitan, run_of(routed(true)));
  auto fault = [&](const std::string& from, const std::string& to) {
    return fault_of(LaunchFormat::kTorchtitan, replaced(python, from, to));
  };
  CHECK(fault("TOP_K = 8", "K = 8") == "run: lacks the constant TOP_K");
  CHECK(fault("N_LAYERS = 16", "N_LAYERS = 0") ==
        "run: N_LAYERS = \"0\" is no whole number of at least 1");
  CHECK(fault("QK_NORM = False", "QK_NORM = no") ==
        "run: QK_NORM = \"no\" is neither True nor False");
  CHECK(fault("\nSTEPS", "\nLEARNING_RATE = fast\nSTEPS") ==
        "run: LEARNING_RATE = \"fast\" is no positive number");
  const std::string json = write_launch(LaunchFormat::kHuggingFace, run_of(routed(true)));
  CHECK(fault_of(LaunchFormat::kHuggingFace,
                 replaced(json, "\"isoflop_training\"", "\"training\"")) ==
        "run: lacks \"isoflop_training\"");
  CHECK(fault_of(LaunchFormat::kHuggingFace, replaced(json, "\"steps\": 14759", "\"steps\": 3")) ==
        "run: \"tokens\" are not \"steps\" x \"global_batch_size\" x \"seq_length\"");
  CHECK(fault_of(LaunchFormat::kHuggingFace,
                 replaced(json, "\"steps\": 14759", "\"learning_rate\": 0, \"steps\": 14759")) ==
        "run: \"learning_rate\" must be a positive number");
}

}  // namespace
}  // namespace isoflop::launch_config_test
