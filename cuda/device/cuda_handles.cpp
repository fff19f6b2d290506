#include "cuda/device/cuda_handles.hpp"

namespace isoflop::bench {

Graph::Graph(cudaStream_t stream, const std::function<void()>& queue) {
  // Relaxed: a library that loads a kernel at its first launch does so without breaking the
  // capture.
  ISOFLOP_CUDA_CALL(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed));
  cudaGraph_t captured = nullptr;
  try {
    queue();
  } catch (...) {  // a stream left in capture would fail every later call
    cudaStreamEndCapture(stream, &captured);
    if (captured != nullptr) cudaGraphDestroy(captured);
    cudaGetLastError();
    throw;
  }
  ISOFLOP_CUDA_CALL(cudaStreamEndCapture(stream, &captured));
  const cudaError_t code = cudaGraphInstantiate(&graph_, captured, 0);
  cudaGraphDestroy(captured);
  ISOFLOP_CUDA_CALL(code);
}

}  // namespace isoflop::bench
