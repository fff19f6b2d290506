// The functions of cuBLAS and cuBLASLt that are called here, each with the name and the declaration
// of the library and handed on to it; one more that is called has to be added. The libraries are
// opened by the first call: linked as usual, they would fill their tables before main() of every
// command, for nearly 80 ms, of which most need no GPU.
#include <cublas_v2.h>
#include <cublasLt.h>
#include <dlfcn.h>

#include <string>

#include "cuda/device/moe_bench.hpp"

namespace isoflop::bench {
namespace {

/// As the loader finds it: where LD_LIBRARY_PATH says, in the toolkit that this was compiled with
/// (the program's own path), then elsewhere. Never closed.
void* opened(const char* name) {
  if (void* const library = dlopen(name, RTLD_NOW | RTLD_LOCAL)) return library;
  throw CudaError("cuBLAS can't be loaded: " + std::string(dlerror()));
}

#define ISOFLOP_SONAME(library) "lib" library ".so." ISOFLOP_CUBLAS_MAJOR

void* cublas() {
  static void* const library = opened(ISOFLOP_SONAME("cublas"));
  return library;
}

void* cublas_lt() {
  static void* const library = opened(ISOFLOP_SONAME("cublasLt"));
  return library;
}

template <class Function>
Function* found(void* library, const char* name) {
  void* const function = dlsym(library, name);
  if (function == nullptr) {
    throw CudaError("the cuBLAS that was loaded has no " + std::string(name));
  }
  return reinterpret_cast<Function*>(function);
}

}  // namespace
}  // namespace isoflop::bench

#define ISOFLOP_HAND_ON(library, name, ...)                                    \
  static auto* const function =                                                \
      isoflop::bench::found<decltype(name)>(isoflop::bench::library(), #name); \
  return function(__VA_ARGS__)

// Parameters have names of our own.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {

cublasStatus_t cublasCreate_v2(cublasHandle_t* handle) {
  ISOFLOP_HAND_ON(cublas, cublasCreate_v2, handle);
}
cublasStatus_t cublasDestroy_v2(cublasHandle_t handle) {
  ISOFLOP_HAND_ON(cublas, cublasDestroy_v2, handle);
}
cublasStatus_t cublasSetStream_v2(cublasHandle_t handle, cudaStream_t stream) {
  ISOFLOP_HAND_ON(cublas, cublasSetStream_v2, handle, stream);
}
cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t handle, void* workspace, size_t bytes) {
  ISOFLOP_HAND_ON(cublas, cublasSetWorkspace_v2, handle, workspace, bytes);
}
cublasStatus_t cublasSetMathMode(cublasHandle_t handle, cublasMath_t mode) {
  ISOFLOP_HAND_ON(cublas, cublasSetMathMode, handle, mode);
}
cublasStatus_t cublasSetPointerMode_v2(cublasHandle_t handle, cublasPointerMode_t mode) {
  ISOFLOP_HAND_ON(cublas, cublasSetPointerMode_v2, handle, mode);
}
cublasStatus_t cublasGemmGroupedBatchedEx(
    cublasHandle_t handle, const cublasOperation_t transa[], const cublasOperation_t transb[],
    const int m[], const int n[], const int k[], const void* alpha, const void* const a[],
    cudaDataType_t a_type, const int lda[], const void* const b[], cudaDataType_t b_type,
    const int ldb[], const void* beta, void* const c[], cudaDataType_t c_type, const int ldc[],
    int num_groups, const int group_size[], cublasComputeType_t compute) {
  ISOFLOP_HAND_ON(cublas, cublasGemmGroupedBatchedEx, handle, transa, transb, m, n, k, alpha, a,
                  a_type, lda, b, b_type, ldb, beta, c, c_type, ldc, num_groups, group_size,
                  compute);
}
const char* cublasGetStatusName(cublasStatus_t status) {
  ISOFLOP_HAND_ON(cublas, cublasGetStatusName, status);
}
const char* cublasGetStatusString(cublasStatus_t status) {
  ISOFLOP_HAND_ON(cublas, cublasGetStatusString, status);
}

size_t cublasLtGetVersion() { ISOFLOP_HAND_ON(cublas_lt, cublasLtGetVersion); }
cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  ISOFLOP_HAND_ON(cublas_lt, cublasLtCreate, handle);
}
cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t operation,
                              const void* alpha, const void* a, cublasLtMatrixLayout_t a_layout,
                              const void* b, cublasLtMatrixLayout_t b_layout, const void* beta,
                              const void* c, cublasLtMatrixLayout_t c_layout, void* d,
                              cublasLtMatrixLayout_t d_layout, const cublasLtMatmulAlgo_t* algo,
                              void* workspace, size_t bytes, cudaStream_t stream) {
  ISOFLOP_HAND_ON(cublas_lt, cublasLtMatmul, handle, operation, alpha, a, a_layout, b, b_layout,
                  beta, c, c_layout, d, d_layout, algo, workspace, bytes, stream);
}
cublasStatus_t cublasLtMatmulAlgoCheck(cublasLtHandle_t handle, cublasLtMatmulDesc_t operation,
                                       cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                       cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                       const cublasLtMatmulAlgo_t* algo,
                                       cublasLtMatmulHeuristicResult_t* result) {
  ISOFLOP_HAND_ON(cublas_lt, cublasLtMatmulAlgoCheck, handle, operation, a, b, c, d, algo, result);
}
cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t handle,
                                              cublasLtMatmulDesc_t operation,
                                              cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                              cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                              cublasLtMatmulPreference_t preference, int most,
                                              cublasLtMatmulHeuristicResult_t results[],
                                              int* num_results) {
  ISOFLOP_HAND_ON(cublas_lt, cublasLtMatmulAlgoGetHeuristic, handle, operation, a, b, c, d,
                  preference, most, results, num_results);
}
cublasStatus_t cublasLtMatmulDescInit_internal(cublasLtMatmulDesc_t operation, size_t size,
                                               cublasComputeType_t compute, cudaDataType_t scale) {
  ISOFLOP_HAND_ON(cublas_lt, cublasLtMatmulDescInit_internal, operation, size, compute, scale);
}
cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t operation,
                                              cublasLtMatmulDescAttributes_t attribute,
                                              const void* value, size_t bytes) {
  ISOFLOP_HAND_ON(cublas_lt, cublasLtMatmulDescSetAttribute, operation, attribute, value, bytes);
}
cublasStatus_t cublasLtMatmulPreferenceInit_internal(cublasLtMatmulPreference_t preference,
                                                     size_t size) {
  ISOFLOP_HAND_ON(cublas_lt, cublasLtMatmulPreferenceInit_internal, preference, size);
}
cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t preference,
                                                    cublasLtMatmulPreferenceAttributes_t attribute,
                                                    const void* value, size_t bytes) {
  ISOFLOP_HAND_ON(cublas_lt, cublasLtMatmulPreferenceSetAttribute, preference, attribute, value,
                  bytes);
}
cublasStatus_t cublasLtMatrixLayoutInit_internal(cublasLtMatrixLayout_t layout, size_t size,
                                                 cudaDataType type, uint64_t rows, uint64_t cols,
                                                 int64_t ld) {
  ISOFLOP_HAND_ON(cublas_lt, cublasLtMatrixLayoutInit_internal, layout, size, type, rows, cols, ld);
}
cublasStatus_t cublasLtMatrixLayoutSetAttribute(cublasLtMatrixLayout_t layout,
                                                cublasLtMatrixLayoutAttribute_t attribute,
                                                const void* value, size_t bytes) {
  ISOFLOP_HAND_ON(cublas_lt, cublasLtMatrixLayoutSetAttribute, layout, attribute, value, bytes);
}
#if CUBLAS_VERSION >= 130300
cublasStatus_t cublasLtGroupedMatrixLayoutInit_internal(cublasLtMatrixLayout_t layout, size_t size,
                                                        cudaDataType type, int num_groups,
                                                        const void* rows, const void* cols,
                                                        const void* ld) {
  ISOFLOP_HAND_ON(cublas_lt, cublasLtGroupedMatrixLayoutInit_internal, layout, size, type,
                  num_groups, rows, cols, ld);
}
#endif

}  // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
