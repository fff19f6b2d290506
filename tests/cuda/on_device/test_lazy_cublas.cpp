// cuBLAS is opened by the first call of one of its functions; what needs no device works without.
#include <cublas_v2.h>
#include <cublasLt.h>

#include <string>

#include "catch.hpp"

namespace lazy_cublas_test {

TEST_CASE("cuBLAS: what is called is the library's, found under its name", "[cuda]") {
  CHECK(cublasLtGetVersion() / 10000 == CUBLAS_VER_MAJOR);
  CHECK(std::string(cublasGetStatusName(CUBLAS_STATUS_INVALID_VALUE)) ==
        "CUBLAS_STATUS_INVALID_VALUE");
  CHECK_FALSE(std::string(cublasGetStatusString(CUBLAS_STATUS_INVALID_VALUE)).empty());

  cublasLtMatmulDescOpaque_t operation;
  REQUIRE(cublasLtMatmulDescInit(&operation, CUBLAS_COMPUTE_32F, CUDA_R_32F) ==
          CUBLAS_STATUS_SUCCESS);
  const cublasOperation_t transposed = CUBLAS_OP_T;
  CHECK(cublasLtMatmulDescSetAttribute(&operation, CUBLASLT_MATMUL_DESC_TRANSA, &transposed,
                                       sizeof transposed) == CUBLAS_STATUS_SUCCESS);
  CHECK(cublasLtMatmulDescSetAttribute(&operation, CUBLASLT_MATMUL_DESC_TRANSA, &transposed, 1) ==
        CUBLAS_STATUS_INVALID_VALUE);

  cublasLtMatrixLayoutOpaque_t layout;
  REQUIRE(cublasLtMatrixLayoutInit(&layout, CUDA_R_16BF, 64, 32, 64) == CUBLAS_STATUS_SUCCESS);
  const int count = 2;
  CHECK(cublasLtMatrixLayoutSetAttribute(&layout, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &count,
                                         sizeof count) == CUBLAS_STATUS_SUCCESS);

  cublasLtMatmulPreferenceOpaque_t preference;
  REQUIRE(cublasLtMatmulPreferenceInit(&preference) == CUBLAS_STATUS_SUCCESS);
  const std::size_t bytes = 1 << 20;
  CHECK(cublasLtMatmulPreferenceSetAttribute(&preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                                             &bytes, sizeof bytes) == CUBLAS_STATUS_SUCCESS);
}

TEST_CASE("cuBLAS: a call without a handle is refused by the library", "[cuda]") {
  CHECK(cublasCreate(nullptr) != CUBLAS_STATUS_SUCCESS);
  CHECK(cublasSetMathMode(nullptr, CUBLAS_DEFAULT_MATH) == CUBLAS_STATUS_NOT_INITIALIZED);
  CHECK(cublasSetPointerMode(nullptr, CUBLAS_POINTER_MODE_DEVICE) == CUBLAS_STATUS_NOT_INITIALIZED);
  CHECK(cublasSetStream(nullptr, nullptr) == CUBLAS_STATUS_NOT_INITIALIZED);
  CHECK(cublasSetWorkspace(nullptr, nullptr, 0) == CUBLAS_STATUS_NOT_INITIALIZED);
  CHECK(cublasDestroy(nullptr) != CUBLAS_STATUS_SUCCESS);
  CHECK(cublasLtCreate(nullptr) != CUBLAS_STATUS_SUCCESS);
  CHECK(cublasGemmGroupedBatchedEx(nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr,
                                   nullptr, CUDA_R_16BF, nullptr, nullptr, CUDA_R_16BF, nullptr,
                                   nullptr, nullptr, CUDA_R_16BF, nullptr, 0, nullptr,
                                   CUBLAS_COMPUTE_32F) == CUBLAS_STATUS_NOT_INITIALIZED);
}

}  // namespace lazy_cublas_test
