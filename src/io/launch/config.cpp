#include <algorithm>
#include <array>
#include <cmath>

#include "formats.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/launch_config.hpp"

namespace isoflop {
namespace {

struct LaunchFunctions {
  std::string_view name;
  std::string (*write)(const LaunchConfig&);
  LaunchConfig (*read)(std::string_view, const std::string&);
};
// In the order of the enumerators.
constexpr std::array<LaunchFunctions, 3> kLaunchFormats{
    {{"megatron", detail::write_megatron, detail::read_megatron},
     {"hf", detail::write_hugging_face, detail::read_hugging_face},
     {"torchtitan", detail::write_torchtitan, detail::read_torchtitan}}};
const LaunchFunctions& about(LaunchFormat format) {
  return kLaunchFormats[static_cast<std::size_t>(format)];
}

/// Why a shape may be refused.
std::string cannot(LaunchFormat format) {
  switch (format) {
    case LaunchFormat::kMegatron:
      return "arguments of Megatron-LM are written for multi-head attention with rotary positions, "
             "RMS norms and no biases, every block alike";
    case LaunchFormat::kHuggingFace:
      return "no model type of transformers describes this shape; those with RMS norms and rotary "
             "positions have gated feed-forward layers (" +
             field("gated") + ")";
    case LaunchFormat::kTorchtitan:
      break;
  }
  return "models of torchtitan have gated feed-forward layers (" + field("gated") +
         "); written are those with multi-head attention, RMS norms and no biases, every block "
         "alike";
}

constexpr double kMostTokens = 9007199254740992.0;  // 2^53

}  // namespace

std::vector<std::string_view> launch_formats() {
  std::vector<std::string_view> out;
  for (const LaunchFunctions& format : kLaunchFormats) out.push_back(format.name);
  return out;
}

std::uint64_t default_batch_tokens(double tokens) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 22, kLeast = std::uint64_t{1} << 14;
  constexpr double kSteps = 10'000.0;
  std::uint64_t out = kMost;
  while (out > kLeast && static_cast<double>(out) * kSteps > tokens) out /= 2;
  return out;
}

LaunchConfig launch_config(const ModelShape& shape, double tokens, double batch_tokens,
                           std::uint64_t expert_parallel, std::uint64_t micro_batch_size) {
  require_consistent(shape);
  if (!(tokens >= 1.0 && batch_tokens >= 1.0)) {
    throw InvalidArgument("a run needs at least one token, and one per batch");
  }
  if (tokens > kMostTokens || batch_tokens > kMostTokens) {
    throw InvalidArgument("a run of more than 2^53 tokens has no launch configuration");
  }
  if (expert_parallel == 0 || shape.num_experts % expert_parallel != 0) {
    throw InvalidArgument(std::to_string(shape.num_experts) + " experts cannot be shared by " +
                          std::to_string(expert_parallel) + " GPUs evenly");
  }
  LaunchConfig out;
  out.shape = shape;
  out.expert_parallel = shape.is_routed() ? expert_parallel : 1;
  out.micro_batch_size = std::max<std::uint64_t>(1, micro_batch_size);
  const auto seq_len = static_cast<double>(shape.seq_len);
  out.global_batch_size =
      static_cast<std::uint64_t>(std::fmax(1.0, std::floor(batch_tokens / seq_len)));
  out.num_steps =
      static_cast<std::uint64_t>(std::ceil(tokens / static_cast<double>(out.batch_tokens())));
  return out;
}

std::string write_launch(LaunchFormat format, const LaunchConfig& config) {
  require_consistent(config.shape);
  const std::string text = about(format).write(config);
  try {
    if (about(format).read(text, "") == config) return text;
  } catch (const DataError&) {
    // Said below.
  }
  throw InvalidArgument(cannot(format));
}

LaunchConfig read_launch(LaunchFormat format, std::string_view text, const std::string& origin) {
  return about(format).read(text, origin);
}

}  // namespace isoflop
