/// Launches of the kernels of cuda/wgmma. Everything is queued on `stream`; device pointers. Throw
/// CudaError where CUDA refuses.
#pragma once

#include <cuda_runtime.h>

#include "cuda/wgmma/row_product.hpp"
#include "cuda/wgmma/weight_product.hpp"

namespace isoflop::bench::hopper {

/// The parts (parts_of in tile_plan.hpp) of every expert in their order, and how many. offsets [E'
/// + 1]; parts: as many as most_parts() says.
void launch_list_parts(const std::int32_t* offsets, int experts, int blocks, RowPart* parts,
                       std::int32_t* num_parts, cudaStream_t stream);

/// The product with the weights stored [columns, depth], or transposed [depth, columns], which is
/// what derivatives always and activations never have; rows are gathered for plain transposed ones
/// never.
void launch_row_product(Epilogue epilogue, bool transposed, bool gathers,
                        const RowProductMaps& maps, const RowProductArguments& arguments,
                        int clusters, cudaStream_t stream);

void launch_weight_product(Gathered gathered, const WeightProductMaps& maps,
                           const WeightProductArguments& arguments, int clusters,
                           cudaStream_t stream);

/// sums [T, K]: of slot slot_of[row] the sum of partial [rows, per_row], in their order.
void launch_sum_partials(const float* partial, const std::int32_t* slot_of, std::int32_t rows,
                         std::int32_t per_row, float* sums, cudaStream_t stream);

}  // namespace isoflop::bench::hopper
