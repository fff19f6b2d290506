/// The definition behind row_launch.hpp, for the sources that instantiate it.
#pragma once

#include "cuda/wgmma/launch_clusters.hpp"
#include "cuda/wgmma/row_launch.hpp"
#include "cuda/wgmma/row_product.cuh"

namespace isoflop::bench::hopper {

template <bool kTransposed, bool kGather, Epilogue kEpilogue>
void launch_row_product_as(const RowLaunch& launch) {
  launch_clusters(row_product<kTransposed, kGather, kEpilogue>, launch.clusters,
                  launch.arguments.blocks, kProductThreads,
                  RowProductLayout<kGather, kEpilogue>::kBytes, launch.stream, launch.maps,
                  launch.arguments);
}

}  // namespace isoflop::bench::hopper
