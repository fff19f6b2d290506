#include "cuda/checks/kernel_check_parts.hpp"
#include "cuda/checks/kernel_checks.hpp"

namespace isoflop::bench {

std::vector<CheckItem> check_kernels(const MoeLayer& layer, std::uint64_t seed) {
  require_runnable(layer);
  // Numbers that the host computes with in a second or so.
  constexpr std::uint64_t kMost = std::uint64_t{1} << 22;
  const ExpertLayer& experts = layer.experts;
  std::vector<CheckItem> items;
  check_routing_kernels(with_fewer_tokens(layer, experts.num_experts, kMost), seed, items);
  check_position_kernels(with_fewer_tokens(layer, experts.top_k, kMost), seed, items);
  const std::uint64_t row = std::max(layer.d_model, layer.up_width());
  check_row_kernels(with_fewer_tokens(layer, experts.top_k * row, kMost), seed, items);
  return items;
}

}  // namespace isoflop::bench
