#include "cuda/layer/layer_buffers.hpp"

#include "cuda/device/backend_name.hpp"
#include "cuda/kernels/index_math.hpp"
#include "cuda/kernels/launch.hpp"
#include "cuda/layer/fused_pass.hpp"
#include "cuda/layer/gemm_backend.hpp"

namespace isoflop::bench {
namespace {

constexpr std::uint64_t kRouterScratchBytes = std::uint64_t{32}
                                              << 20;  // NVIDIA's advice for Hopper

// What an allocation takes of the device: a large one whole pages, a small one part of a page.
std::uint64_t allocated(std::uint64_t bytes) {
  constexpr std::int64_t kPage = std::int64_t{2} << 20, kPart = 512;
  const auto size = static_cast<std::int64_t>(bytes);
  return static_cast<std::uint64_t>(round_up(size, size < kPage / 2 ? kPart : kPage));
}

}  // namespace

std::uint64_t capacity_of(const Configuration& configuration) {
  if (!backend_needs_capacity(parse_backend_name(configuration.backend).base)) return 0;
  const MoeLayer& layer = configuration.layer;
  if (!(configuration.capacity_factor >= 0.0)) {
    throw InvalidArgument("a capacity factor below zero");
  }
  if (configuration.capacity_factor == 0.0 &&
      configuration.routing.kind != RoutingKind::kBalanced) {
    throw InvalidArgument("the backend " + configuration.backend +
                          " needs balanced routing or a capacity factor");
  }
  return static_cast<std::uint64_t>(capacity_of(
      static_cast<std::int64_t>(layer.tokens), static_cast<std::int64_t>(layer.experts.top_k),
      static_cast<std::int64_t>(layer.experts.num_experts), configuration.capacity_factor));
}

std::uint64_t computed_rows(const Configuration& configuration) {
  const std::uint64_t capacity = capacity_of(configuration);
  return capacity == 0 ? configuration.layer.num_rows()
                       : configuration.layer.experts.num_experts * capacity;
}

std::uint64_t bytes_of(Buffer buffer, const Configuration& configuration) {
  const MoeLayer& layer = configuration.layer;
  const std::uint64_t tokens = layer.tokens, d = layer.d_model, experts = layer.experts.num_experts;
  const std::uint64_t n = layer.experts.expert_width, un = layer.up_width();
  const std::uint64_t slots = layer.num_rows(), rows = computed_rows(configuration);
  constexpr std::uint64_t kBf16 = 2, kWord = 4;  // a word holds a float or an index
  if (!is_used(buffer, parse_backend_name(configuration.backend).fused)) return 0;
  switch (buffer) {
    case Buffer::kX:
    case Buffer::kDOut:
    case Buffer::kOut:
    case Buffer::kDX:
      return kBf16 * tokens * d;
    case Buffer::kLogits:
      return kWord * tokens * experts;
    case Buffer::kDLogits:
      return kBf16 * tokens * experts;
    case Buffer::kChosenIds:
    case Buffer::kIds:
    case Buffer::kRowOf:
    case Buffer::kWeights:
    case Buffer::kDWeights:
      return kWord * slots;
    case Buffer::kLogSum:
      return kWord * tokens;
    case Buffer::kCounts:
      return kWord * experts;
    case Buffer::kOffsets:
      return kWord * (experts + 1);
    case Buffer::kSlotOf:
      return kWord * rows;
    case Buffer::kXRows:
    case Buffer::kY:
    case Buffer::kDY:
      return kBf16 * rows * d;
    case Buffer::kH:
    case Buffer::kDH:
      return kBf16 * rows * un;
    case Buffer::kA:
    case Buffer::kDA:
      return kBf16 * rows * n;
    case Buffer::kWRouter:
    case Buffer::kDWRouter:
      return kBf16 * experts * d;
    case Buffer::kW1:
    case Buffer::kDW1:
      return kBf16 * experts * un * d;
    case Buffer::kW2:
    case Buffer::kDW2:
      return kBf16 * experts * d * n;
    case Buffer::kForcedIds:
      return configuration.routing.is_forced() ? kWord * slots : kWord;
    case Buffer::kPositionsScratch:
      return positions_workspace_bytes(layer);
    case Buffer::kRouterScratch:
      break;
  }
  return kRouterScratchBytes;
}

LayerBytes layer_bytes(const Configuration& configuration) {
  LayerBytes out;
  out.shared = backend_bytes(parse_backend_name(configuration.backend).base, configuration.layer);
  for (int i = 0; i < kNumBuffers; ++i) {
    (i < kFirstSharedBuffer ? out.per_set : out.shared) +=
        allocated(bytes_of(static_cast<Buffer>(i), configuration));
  }
  return out;
}

}  // namespace isoflop::bench
