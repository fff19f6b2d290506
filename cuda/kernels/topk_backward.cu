// The gradient of the logits from that of the K weights of a token, ids held fixed.
//   D = sum_k w_k dw_k
//   renormalised: dl_id(k) = w_k (dw_k - D), every other dl_e = 0
//   else:         dl_e = -p_e D, with p_e = exp(l_e - log_sum), and w_k dw_k more for e = id(k)
// as the chain rule through softmax, and through w_k = p_k / sum p, gives them; since w_k = p_k in
// the second case, a chosen expert has w_k (dw_k - D) in both.
#include "cuda/kernels/launch.hpp"
#include "cuda/kernels/launch_grid.hpp"
#include "cuda/kernels/launch_kernel.hpp"
#include "cuda/kernels/warp.cuh"

namespace isoflop::bench {
namespace {

/// Four bf16 numbers: what a float4 of logits becomes.
struct alignas(8) Bf16x4 {
  __nv_bfloat162 low, high;
};

/// A warp per token. kVectors: rows of logits are whole numbers of float4.
template <bool kVectors>
__global__ void __launch_bounds__(kBlockThreads)
    topk_backward(std::uint64_t tokens, unsigned num_experts, unsigned top_k, bool renormalize,
                  RoutingBuffers routing, const float* __restrict__ d_weights,
                  Bf16* __restrict__ d_logits) {
  const std::uint64_t token =
      static_cast<std::uint64_t>(blockIdx.x) * kWarpsPerBlock + threadIdx.x / kWarp;
  if (token >= tokens) return;  // the whole warp
  const auto lane = static_cast<unsigned>(lane_id());
  const float* const weights = routing.weights + token * top_k;
  const float* const dw = d_weights + token * top_k;
  float products = 0.0f;
  for (unsigned k = lane; k < top_k; k += kWarp) products += weights[k] * dw[k];
  const float sum = warp_sum(products);

  const float* const logits = routing.logits + token * num_experts;
  Bf16* const out = d_logits + token * num_experts;
  const float log_sum = routing.log_sum[token];
  const float factor = renormalize ? 0.0f : -sum;
  auto gradient = [&](float logit) { return factor * __expf(logit - log_sum); };
  if (kVectors) {
#pragma unroll 4
    for (unsigned v = lane; v < num_experts / 4; v += kWarp) {
      const float4 part = reinterpret_cast<const float4*>(logits)[v];
      reinterpret_cast<Bf16x4*>(out)[v] = {
          __floats2bfloat162_rn(gradient(part.x), gradient(part.y)),
          __floats2bfloat162_rn(gradient(part.z), gradient(part.w))};
    }
  } else {
#pragma unroll 4
    for (unsigned e = lane; e < num_experts; e += kWarp) {
      out[e] = __float2bfloat16_rn(gradient(logits[e]));
    }
  }
  __syncwarp();  // the chosen experts are written over what stands there now
  const std::int32_t* const ids = routing.ids + token * top_k;
  for (unsigned k = lane; k < top_k; k += kWarp) {
    out[ids[k]] = __float2bfloat16_rn(weights[k] * (dw[k] - sum));
  }
}

}  // namespace

void launch_topk_backward(const MoeLayer& layer, const RoutingBuffers& routing,
                          const float* d_weights, Bf16* d_logits, cudaStream_t stream) {
  const auto num_experts = static_cast<unsigned>(layer.experts.num_experts);
  const auto kernel = num_experts % 4 == 0 ? topk_backward<true> : topk_backward<false>;
  launch_kernel(kernel, blocks_for(layer.tokens, kWarpsPerBlock), kBlockThreads, 0, stream,
                layer.tokens, num_experts, static_cast<unsigned>(layer.experts.top_k),
                layer.renormalize, routing, d_weights, d_logits);
}

}  // namespace isoflop::bench
