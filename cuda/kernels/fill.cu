// Seeded inputs made on the device: the numbers of inputs.hpp, bit for bit.
#include "cuda/layer/inputs.hpp"
#include "cuda/kernels/launch.hpp"
#include "cuda/kernels/launch_grid.hpp"
#include "cuda/kernels/launch_kernel.hpp"

namespace isoflop::bench {
namespace {

__global__ void __launch_bounds__(kBlockThreads)
    fill(std::uint16_t* __restrict__ tensor, std::size_t count, std::uint64_t key, float scale) {
  const std::size_t i = static_cast<std::size_t>(blockIdx.x) * kBlockThreads + threadIdx.x;
  if (i < count) tensor[i] = normal_bf16(key, i, scale);
}

}  // namespace

void launch_fill(Bf16* tensor, std::size_t count, std::uint64_t seed, int which_tensor, float scale,
                 cudaStream_t stream) {
  const std::uint64_t key = stream_key(seed, static_cast<Tensor>(which_tensor));
  launch_kernel(fill, blocks_for(count, kBlockThreads), kBlockThreads, 0, stream,
                reinterpret_cast<std::uint16_t*>(tensor), count, key, scale);
}

}  // namespace isoflop::bench
