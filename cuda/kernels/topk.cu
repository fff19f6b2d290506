// Softmax over all experts and the K best of every token.
//   log_sum = ln sum_e exp(l_e),  weight_k = exp(l_id(k) - log_sum), renormalised: over their sum
// Up to 512 experts a warp keeps a token's logits in registers and takes the best one K times;
// above that a block keeps them in shared memory, bisects for a threshold that K or a few more
// reach, and orders those (topk_math.hpp). Either way the logits are read from memory once.
#include "cuda/kernels/launch.hpp"
#include "cuda/kernels/launch_grid.hpp"
#include "cuda/kernels/launch_kernel.hpp"
#include "cuda/kernels/shared_memory.cuh"
#include "cuda/kernels/topk_math.hpp"
#include "cuda/kernels/warp.cuh"

namespace isoflop::bench {
namespace {

constexpr std::uint64_t kMostExpertsOfWarp = 512;

struct TopKShape {
  unsigned tokens, num_experts, top_k;
  bool renormalize;
};

/// Expert ids used for a token: those forced on it, else those just chosen.
__device__ inline const std::int32_t* ids_of_token(const RoutingBuffers& routing,
                                                   std::uint64_t first_slot) {
  return (routing.forced_ids != nullptr ? routing.forced_ids : routing.chosen_ids) + first_slot;
}

template <int kPerLane>
__global__ void __launch_bounds__(kBlockThreads)
    topk_by_warp(TopKShape shape, RoutingBuffers routing) {
  const std::uint64_t token =
      static_cast<std::uint64_t>(blockIdx.x) * kWarpsPerBlock + threadIdx.x / kWarp;
  if (token >= shape.tokens) return;  // the whole warp
  const auto lane = static_cast<unsigned>(lane_id());
  const float* const logits = routing.logits + token * shape.num_experts;
  const std::uint64_t first_slot = token * shape.top_k;

  std::uint32_t keys[kPerLane];
#pragma unroll
  for (int i = 0; i < kPerLane; ++i) {
    const unsigned expert = lane + static_cast<unsigned>(i) * kWarp;
    keys[i] = expert < shape.num_experts ? present_key(logits[expert]) : 0;
  }

  const std::uint32_t largest = __reduce_max_sync(kAllLanes, best_of_lane(keys, lane).key);
  const float max_logit = logit_of_present_key(largest);
  float sum = 0.0f;
#pragma unroll
  for (int i = 0; i < kPerLane; ++i) {
    if (keys[i] != 0) sum += __expf(logit_of_present_key(keys[i]) - max_logit);
  }
  const float log_sum = max_logit + logf(warp_sum(sum));
  if (lane == 0) routing.log_sum[token] = log_sum;

  // Lane l keeps the experts of rounds l, l + 32, ... and writes them 32 at a time.
  std::uint32_t own = 0;
  for (unsigned k = 0; k < shape.top_k; ++k) {
    const LaneBest best = best_of_lane(keys, lane);
    const std::uint32_t key = __reduce_max_sync(kAllLanes, best.key);
    const std::uint32_t expert =
        __reduce_min_sync(kAllLanes, best.key == key ? best.expert : 0xffffffffu);
    take(keys, lane, expert);
    const unsigned place = k % kWarp;
    if (lane == place) own = expert;
    if ((place == kWarp - 1 || k == shape.top_k - 1) && lane <= place) {
      routing.chosen_ids[first_slot + k - place + lane] = static_cast<std::int32_t>(own);
    }
  }

  // Slot k belongs to lane k mod 32 here as above, so a lane reads only what it wrote itself.
  const std::int32_t* const ids = ids_of_token(routing, first_slot);
  float total = 1.0f;  // what probabilities are divided by: so that those of one expert become 1
  if (shape.renormalize) {
    float weights = 0.0f;
    for (unsigned k = lane; k < shape.top_k; k += kWarp) weights += expf(logits[ids[k]] - log_sum);
    total = warp_sum(weights);
  }
  for (unsigned k = lane; k < shape.top_k; k += kWarp) {
    const std::int32_t id = ids[k];
    routing.ids[first_slot + k] = id;
    routing.weights[first_slot + k] = expf(logits[id] - log_sum) / total;
  }
}

/// Sum over the block, in a fixed order. sums: shared, [kWarpsPerBlock], nobody else's.
template <class T>
__device__ inline T block_sum(T of_warp, T* sums) {
  if (lane_id() == 0) sums[threadIdx.x / kWarp] = of_warp;
  __syncthreads();
  T sum = sums[0];
#pragma unroll
  for (unsigned w = 1; w < kWarpsPerBlock; ++w) sum += sums[w];
  return sum;
}

__global__ void __launch_bounds__(kBlockThreads)
    topk_by_block(TopKShape shape, unsigned limit, RoutingBuffers routing) {
  auto* const shared = dynamic_shared<std::uint64_t>();
  std::uint64_t* const candidates = shared;                                        // [limit]
  auto* const keys = reinterpret_cast<std::uint32_t*>(candidates + limit);         // [E']
  auto* const chosen = reinterpret_cast<std::int32_t*>(keys + shape.num_experts);  // [K]
  __shared__ std::uint64_t largest_keys[kWarpsPerBlock], smallest_keys[kWarpsPerBlock];
  __shared__ float exp_sums[kWarpsPerBlock], weight_sums[kWarpsPerBlock];
  __shared__ unsigned reach_sums[2][kWarpsPerBlock];
  __shared__ unsigned num_candidates;

  const std::uint64_t token = blockIdx.x;
  const float* const logits = routing.logits + token * shape.num_experts;
  const std::uint64_t first_slot = token * shape.top_k;
  const unsigned warp = threadIdx.x / kWarp;

  std::uint64_t best = 0;  // of this thread
#pragma unroll 4
  for (unsigned e = threadIdx.x; e < shape.num_experts; e += kBlockThreads) {
    const std::uint64_t key = rank_key(logits[e], static_cast<std::int32_t>(e));
    keys[e] = static_cast<std::uint32_t>(key >> 32);
    best = key > best ? key : best;
  }
  const std::uint64_t best_of_warp = warp_max(best), worst_of_warp = ~warp_max(~best);
  if (lane_id() == 0) {
    largest_keys[warp] = best_of_warp;
    smallest_keys[warp] = worst_of_warp;
  }
  if (threadIdx.x == 0) num_candidates = 0;
  __syncthreads();
  std::uint64_t largest = largest_keys[0], smallest = smallest_keys[0];
  for (unsigned w = 1; w < kWarpsPerBlock; ++w) {
    largest = largest_keys[w] > largest ? largest_keys[w] : largest;
    smallest = smallest_keys[w] < smallest ? smallest_keys[w] : smallest;
  }

  const float max_logit = logit_of_key(static_cast<std::uint32_t>(largest >> 32));
  float sum = 0.0f;
  for (unsigned e = threadIdx.x; e < shape.num_experts; e += kBlockThreads) {
    sum += __expf(logit_of_key(keys[e]) - max_logit);
  }
  const float log_sum = max_logit + logf(block_sum(warp_sum(sum), exp_sums));
  if (threadIdx.x == 0) routing.log_sum[token] = log_sum;

  // Every thread has an expert of its own that reaches the worst of the threads' best ones.
  const bool threads_suffice = shape.top_k <= kBlockThreads;
  ThresholdSearch search(threads_suffice ? smallest : 0, largest + 1, shape.num_experts,
                         shape.top_k, limit);
  for (unsigned step = 0; !search.done(); ++step) {
    const std::uint64_t middle = search.middle();
    unsigned reach = 0;
    for (unsigned e = threadIdx.x; e < shape.num_experts; e += kBlockThreads) {
      reach += rank_key_of(keys[e], static_cast<std::int32_t>(e)) >= middle ? 1u : 0u;
    }
    // Two sets of sums in turn: nobody overwrites what another still reads.
    search.narrow(block_sum(__reduce_add_sync(kAllLanes, reach), reach_sums[step % 2]));
  }

  for (unsigned e = threadIdx.x; e < shape.num_experts; e += kBlockThreads) {
    const std::uint64_t key = rank_key_of(keys[e], static_cast<std::int32_t>(e));
    // In any order: the ranks below bring them into theirs.
    if (key >= search.threshold()) candidates[atomicAdd(&num_candidates, 1u)] = key;
  }
  __syncthreads();
  for (unsigned c = threadIdx.x; c < num_candidates; c += kBlockThreads) {
    const std::uint64_t key = candidates[c];
    unsigned rank = 0;
    for (unsigned other = 0; other < num_candidates; ++other) rank += candidates[other] > key;
    if (rank < shape.top_k) chosen[rank] = expert_of_key(key);
  }
  __syncthreads();

  const std::int32_t* const ids =
      routing.forced_ids != nullptr ? routing.forced_ids + first_slot : chosen;
  auto probability = [&](unsigned k) { return expf(logit_of_key(keys[ids[k]]) - log_sum); };
  float total = 1.0f;
  if (shape.renormalize) {
    float weights = 0.0f;
    for (unsigned k = threadIdx.x; k < shape.top_k; k += kBlockThreads) weights += probability(k);
    total = block_sum(warp_sum(weights), weight_sums);
  }
  for (unsigned k = threadIdx.x; k < shape.top_k; k += kBlockThreads) {
    routing.chosen_ids[first_slot + k] = chosen[k];
    routing.ids[first_slot + k] = ids[k];
    routing.weights[first_slot + k] = probability(k) / total;
  }
}

template <int kPerLane>
void launch_by_warp(const TopKShape& shape, const RoutingBuffers& routing, cudaStream_t stream) {
  launch_kernel(topk_by_warp<kPerLane>, blocks_for(shape.tokens, kWarpsPerBlock), kBlockThreads, 0,
                stream, shape, routing);
}

void launch_by_block(const TopKShape& shape, const RoutingBuffers& routing, cudaStream_t stream) {
  const unsigned limit = threshold_limit(shape.top_k, shape.num_experts);
  const std::uint64_t bytes = std::uint64_t{limit} * sizeof(std::uint64_t) +
                              std::uint64_t{shape.num_experts} * sizeof(std::uint32_t) +
                              std::uint64_t{shape.top_k} * sizeof(std::int32_t);
  allow_shared_bytes(topk_by_block, bytes, shape.num_experts);
  launch_kernel(topk_by_block, blocks_for(shape.tokens, 1), kBlockThreads, bytes, stream, shape,
                limit, routing);
}

}  // namespace

void launch_softmax_topk(const MoeLayer& layer, const RoutingBuffers& routing,
                         cudaStream_t stream) {
  const TopKShape shape{static_cast<unsigned>(layer.tokens),
                        static_cast<unsigned>(layer.experts.num_experts),
                        static_cast<unsigned>(layer.experts.top_k), layer.renormalize};
  if (shape.num_experts > kMostExpertsOfWarp) {
    launch_by_block(shape, routing, stream);
  } else if (shape.num_experts > 256) {
    launch_by_warp<16>(shape, routing, stream);
  } else if (shape.num_experts > 128) {
    launch_by_warp<8>(shape, routing, stream);
  } else if (shape.num_experts > 64) {
    launch_by_warp<4>(shape, routing, stream);
  } else {
    launch_by_warp<2>(shape, routing, stream);
  }
}

}  // namespace isoflop::bench
