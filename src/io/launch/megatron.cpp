// Command line arguments of Megatron-LM's pretrain_gpt.py, one per line.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <map>
#include <numeric>

#include "formats.hpp"
#include "io/in_quotes.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::detail {
namespace {

/// Arguments without a value.
constexpr std::array<std::string_view, 5> kFlags{"--disable-bias-linear", "--swiglu",
                                                 "--untie-embeddings-and-output-weights",
                                                 "--qk-layernorm", "--bf16"};

/// Takes the next word off the text; "" where there is none.
std::string next_word(std::string_view& text) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  const std::string word(text.substr(0, text.find_first_of(kBlanks)));
  text.remove_prefix(word.size());
  return word;
}

class Arguments {
 public:
  Arguments(std::string_view text, const std::string& origin) : origin_(origin) {
    for (std::string name = next_word(text); !name.empty(); name = next_word(text)) {
      if (name.rfind("--", 0) != 0) fail(in_quotes(name) + " is no argument of Megatron-LM");
      const bool is_flag = std::find(kFlags.begin(), kFlags.end(), name) != kFlags.end();
      const std::string value = is_flag ? "" : next_word(text);
      if (!is_flag && value.empty()) fail(name + " lacks its value");
      if (!values_.emplace(name, value).second) fail(name + " is given twice");
    }
  }

  bool has(const std::string& name) { return values_.erase(name) > 0; }
  std::uint64_t count(const std::string& name) {
    if (values_.count(name) == 0) fail("lacks " + name);
    return count(name, 0);
  }
  std::uint64_t count(const std::string& name, std::uint64_t otherwise) {
    const auto it = values_.find(name);
    if (it == values_.end()) return otherwise;
    const std::string text = it->second;
    std::uint64_t out = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (fault != std::errc{} || end != text.data() + text.size()) {
      fail(name + " " + in_quotes(text) + " is no whole number");
    }
    values_.erase(it);
    return out;
  }
  /// A positive number; nothing where it is not said.
  std::optional<double> number(const std::string& name) {
    const auto it = values_.find(name);
    if (it == values_.end()) return std::nullopt;
    const std::optional<double> out = parse_number(it->second);
    if (!out || !(*out > 0.0)) fail(name + " " + in_quotes(it->second) + " is no positive number");
    values_.erase(it);
    return out;
  }
  void expect(const std::string& name, const std::string& value) {
    const auto it = values_.find(name);
    if (it == values_.end() || it->second != value)
      fail("lacks " + name + (value.empty() ? "" : " " + value));
    values_.erase(it);
  }
  void expect_nothing_else() const {
    if (!values_.empty()) fail(in_quotes(values_.begin()->first) + " is not known here");
  }

  [[noreturn]] void fail(const std::string& what) const { throw DataError(origin_, what); }

 private:
  std::map<std::string, std::string> values_;
  const std::string& origin_;
};

/// The vocabulary is padded to a multiple of 128 by default: of a power of two that changes
/// nothing.
std::uint64_t vocabulary_divisor(std::uint64_t vocab_size) { return std::gcd(vocab_size, 128u); }

}  // namespace

std::string write_megatron(const LaunchConfig& config) {
  const ModelShape& shape = config.shape;
  std::string out;
  auto flag = [&](const char* name) { out += std::string(name) + "\n"; };
  auto value = [&](const char* name, const std::string& text) {
    out += std::string(name) + " " + text + "\n";
  };
  auto count = [&](const char* name, std::uint64_t x) { value(name, std::to_string(x)); };
  count("--num-layers", shape.num_blocks);
  count("--hidden-size", shape.d_model);
  count("--ffn-hidden-size", shape.d_ff);
  count("--num-attention-heads", shape.num_heads);
  count("--kv-channels", shape.head_dim);
  if (shape.qk_norm == QkNorm::kPerHead) flag("--qk-layernorm");
  if (shape.gated) flag("--swiglu");
  flag("--disable-bias-linear");
  value("--normalization", "RMSNorm");
  value("--position-embedding-type", "rope");
  count("--seq-length", shape.seq_len);
  count("--max-position-embeddings", shape.seq_len);
  count("--vocab-size", shape.vocab_size);
  count("--make-vocab-size-divisible-by", vocabulary_divisor(shape.vocab_size));
  if (!shape.tied) flag("--untie-embeddings-and-output-weights");
  if (shape.is_routed()) {
    count("--num-experts", shape.num_experts);
    count("--moe-ffn-hidden-size", shape.expert_width);
    count("--moe-router-topk", shape.top_k);
    // Without it nothing keeps experts equally busy; the coefficient is the one that the help of
    // Megatron-LM names to start from.
    value("--moe-router-load-balancing-type", "aux_loss");
    value("--moe-aux-loss-coeff", "1e-2");
    value("--moe-token-dispatcher-type", "alltoall");
    count("--expert-model-parallel-size", config.expert_parallel);
  }
  value("--attention-dropout", "0.0");  // one epoch needs none; the default is 0.1
  value("--hidden-dropout", "0.0");
  flag("--bf16");
  count("--micro-batch-size", config.micro_batch_size);
  count("--global-batch-size", config.global_batch_size);
  count("--train-iters", config.num_steps);
  if (config.lr) value("--lr", format_number(*config.lr));
  return out;
}

LaunchConfig read_megatron(std::string_view text, const std::string& origin) {
  Arguments arguments(text, origin);
  LaunchConfig out;
  ModelShape& shape = out.shape;
  shape.num_blocks = arguments.count("--num-layers");
  shape.d_model = arguments.count("--hidden-size");
  shape.d_ff = arguments.count("--ffn-hidden-size");
  shape.num_heads = shape.num_kv_heads = arguments.count("--num-attention-heads");
  shape.head_dim = arguments.count("--kv-channels");
  if (arguments.has("--qk-layernorm")) shape.qk_norm = QkNorm::kPerHead;
  shape.gated = arguments.has("--swiglu");
  arguments.expect("--disable-bias-linear", "");
  arguments.expect("--normalization", "RMSNorm");
  arguments.expect("--position-embedding-type", "rope");
  shape.seq_len = arguments.count("--seq-length");
  if (arguments.count("--max-position-embeddings") < shape.seq_len) {
    arguments.fail("--max-position-embeddings is below --seq-length");
  }
  shape.vocab_size = arguments.count("--vocab-size");
  const std::uint64_t divisor = arguments.count("--make-vocab-size-divisible-by", 128);
  if (divisor == 0 || shape.vocab_size % divisor != 0) {
    arguments.fail(
        "--vocab-size is no multiple of --make-vocab-size-divisible-by: padded, it "
        "would be another");
  }
  shape.tied = !arguments.has("--untie-embeddings-and-output-weights");
  shape.num_experts = arguments.count("--num-experts", 0);
  if (shape.is_routed()) {
    shape.expert_width = arguments.count("--moe-ffn-hidden-size");
    shape.top_k = arguments.count("--moe-router-topk");
    arguments.expect("--moe-router-load-balancing-type", "aux_loss");
    arguments.expect("--moe-aux-loss-coeff", "1e-2");
    arguments.expect("--moe-token-dispatcher-type", "alltoall");
    out.expert_parallel = arguments.count("--expert-model-parallel-size");
  }
  arguments.expect("--attention-dropout", "0.0");
  arguments.expect("--hidden-dropout", "0.0");
  arguments.expect("--bf16", "");
  out.micro_batch_size = arguments.count("--micro-batch-size");
  out.global_batch_size = arguments.count("--global-batch-size");
  out.num_steps = arguments.count("--train-iters");
  out.lr = arguments.number("--lr");
  arguments.expect_nothing_else();
  return out;
}

}  // namespace isoflop::detail
