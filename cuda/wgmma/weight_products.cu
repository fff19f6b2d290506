// Gradients of weights, with and without an operand that is gathered.
#include "cuda/wgmma/launch_clusters.hpp"
#include "cuda/wgmma/launch_products.hpp"
#include "cuda/wgmma/weight_product.cuh"

namespace isoflop::bench::hopper {

void launch_weight_product(Gathered gathered, const WeightProductMaps& maps,
                           const WeightProductArguments& arguments, int clusters,
                           cudaStream_t stream) {
  auto launch = [&](auto* kernel) {
    launch_clusters(kernel, clusters, arguments.blocks, kProductThreads,
                    WeightProductLayout::kBytes, stream, maps, arguments);
  };
  switch (gathered) {
    case Gathered::kNone:
      return launch(weight_product<Gathered::kNone>);
    case Gathered::kLeft:
      return launch(weight_product<Gathered::kLeft>);
    case Gathered::kRight:
      return launch(weight_product<Gathered::kRight>);
  }
}

}  // namespace isoflop::bench::hopper
