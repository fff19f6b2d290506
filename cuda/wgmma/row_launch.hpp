/// One launch of a product by row; each form of the kernel is compiled where launch_row_product_as
/// is instantiated (row_products_*.cu), in several sources because ptxas takes its time.
#pragma once

#include <cuda_runtime.h>

#include "cuda/wgmma/row_product.hpp"

namespace isoflop::bench::hopper {

struct RowLaunch {
  const RowProductMaps& maps;
  const RowProductArguments& arguments;
  int clusters;
  cudaStream_t stream;
};

template <bool kTransposed, bool kGather, Epilogue kEpilogue>
void launch_row_product_as(const RowLaunch& launch);

}  // namespace isoflop::bench::hopper
