/// Owners of what CUDA hands out: streams, events, device memory and graphs. Every destructor gives
/// back what its constructor took, so that nothing outlives the configuration it was made for.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <functional>
#include <vector>

#include "cuda/layer/layer_run.hpp"

namespace isoflop::bench {

class Stream {
 public:
  Stream() { ISOFLOP_CUDA_CALL(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
  ~Stream() { cudaStreamDestroy(stream_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  operator cudaStream_t() const { return stream_; }
  void wait() const { ISOFLOP_CUDA_CALL(cudaStreamSynchronize(stream_)); }

 private:
  cudaStream_t stream_ = nullptr;
};

class Event {
 public:
  Event() { ISOFLOP_CUDA_CALL(cudaEventCreate(&event_)); }
  ~Event() {
    if (event_ != nullptr) cudaEventDestroy(event_);
  }
  Event(Event&& other) noexcept : event_(other.event_) { other.event_ = nullptr; }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void record(cudaStream_t stream) { ISOFLOP_CUDA_CALL(cudaEventRecord(event_, stream)); }
  /// In a stream under capture: a node of the graph, which takes the time at every launch.
  void record_in_graph(cudaStream_t stream) {
    ISOFLOP_CUDA_CALL(cudaEventRecordWithFlags(event_, stream, cudaEventRecordExternal));
  }
  void wait() const { ISOFLOP_CUDA_CALL(cudaEventSynchronize(event_)); }
  bool has_passed() const {
    const cudaError_t code = cudaEventQuery(event_);
    if (code == cudaErrorNotReady) {
      cudaGetLastError();  // not a fault: it must not be found by a later check of a launch
      return false;
    }
    ISOFLOP_CUDA_CALL(code);
    return true;
  }
  /// Precondition: both have passed.
  double seconds_since(const Event& start) const {
    float milliseconds = 0.0f;
    ISOFLOP_CUDA_CALL(cudaEventElapsedTime(&milliseconds, start.event_, event_));
    return static_cast<double>(milliseconds) * 1e-3;
  }

 private:
  cudaEvent_t event_ = nullptr;
};

/// Device memory for `count` values of T, not initialised; none for none.
template <class T>
class DeviceArray {
 public:
  explicit DeviceArray(std::size_t count) : count_(count) {
    if (count > 0) ISOFLOP_CUDA_CALL(cudaMalloc(&data_, count * sizeof(T)));
  }
  ~DeviceArray() {
    if (data_ != nullptr) cudaFree(data_);
  }
  DeviceArray(DeviceArray&& other) noexcept : data_(other.data_), count_(other.count_) {
    other.data_ = nullptr;
  }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;

  T* data() const { return data_; }
  std::size_t size() const { return count_; }

 private:
  T* data_ = nullptr;
  std::size_t count_ = 0;
};

/// `count` values from the device, in host memory. Waits for nothing but the copy: whatever wrote
/// them must be over.
template <class T>
std::vector<T> fetch(const T* device, std::size_t count) {
  std::vector<T> out(count);
  ISOFLOP_CUDA_CALL(cudaMemcpy(out.data(), device, count * sizeof(T), cudaMemcpyDeviceToHost));
  return out;
}

/// What `queue` puts on a stream, captured once and launched as a whole.
class Graph {
 public:
  /// The events that `queue` records in the graph must live as long as the graph is launched.
  Graph(cudaStream_t stream, const std::function<void()>& queue);
  ~Graph() {
    if (graph_ != nullptr) cudaGraphExecDestroy(graph_);
  }
  Graph(Graph&& other) noexcept : graph_(other.graph_) { other.graph_ = nullptr; }
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  void launch(cudaStream_t stream) const { ISOFLOP_CUDA_CALL(cudaGraphLaunch(graph_, stream)); }

 private:
  cudaGraphExec_t graph_ = nullptr;
};

}  // namespace isoflop::bench
