// What is said of backends without CUDA, beside the backends themselves.
#include "catch.hpp"
#include "cuda/device/backend_name.hpp"
#include "cuda/layer/gemm_backend.hpp"

using namespace isoflop::bench;

TEST_CASE("emulated backends: each can fuse what its traits say", "[cuda][identity]") {
  for (const char* name : {"wgmma", "loop", "batched"}) {  // the others are calls of cuBLAS
    CAPTURE(name);
    CHECK(make_backend(name)->can_fuse() == traits_of(name).fuses);
  }
}
