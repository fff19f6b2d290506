/// What a product of LtMatmul is, without cuBLASLt: the emulation's stand-in takes the same.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cuda/kernels/launch.hpp"
#include "cuda/layer/gemm_table.hpp"

namespace isoflop::bench {

struct LtProduct {
  RowMajorProduct product;
  std::int64_t batch = 1;    ///< products of one shape; each operand follows the last without a gap
  bool out_is_fp32 = false;  ///< else bf16
  bool accumulates = false;  ///< adds to what `out` holds
  bool operator==(const LtProduct&) const = default;
};

/// Device pointers; aligned to 16 bytes.
struct LtOperands {
  const Bf16 *left, *right;
  void* out;
};

/// Scratch memory of the library. Products that may overlap in time need one each.
struct LtWorkspace {
  void* data;
  std::size_t bytes;
};

}  // namespace isoflop::bench
