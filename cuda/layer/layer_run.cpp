#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string>

#include "cuda/backends/lt_matmul.hpp"
#include "cuda/device/cuda_handles.hpp"
#include "cuda/layer/gemm_backend.hpp"
#include "cuda/layer/inputs.hpp"
#include "cuda/layer/layer_run.hpp"

namespace isoflop::bench {
namespace {

using Bytes = DeviceArray<std::byte>;

std::string gigabytes(std::uint64_t bytes) {
  const std::uint64_t tenths = (bytes + 50'000'000) / 100'000'000;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GB";
}

// What the program can run and its indices can count.
void require_countable(const Configuration& configuration, int num_sets) {
  require_runnable(configuration.layer);
  if (num_sets < 1) throw InvalidArgument("a layer needs at least one set of buffers");
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max());
  const std::uint64_t rows = std::max(configuration.layer.num_rows(), computed_rows(configuration));
  if (rows > kMost) {
    throw InvalidArgument(std::to_string(rows) + " rows are more than an index of 32 bits counts");
  }
}

void require_memory(const Configuration& configuration, int num_sets) {
  const LayerBytes bytes = layer_bytes(configuration);
  const std::uint64_t needed = bytes.shared + static_cast<std::uint64_t>(num_sets) * bytes.per_set;
  std::size_t free_bytes = 0, all_bytes = 0;
  ISOFLOP_CUDA_CALL(cudaMemGetInfo(&free_bytes, &all_bytes));
  if (needed <= free_bytes) return;
  throw CudaError("a layer of " + std::to_string(configuration.layer.experts.num_experts) +
                  " experts and " + std::to_string(configuration.layer.tokens) +
                  " tokens with the backend " + configuration.backend + " needs " +
                  gigabytes(needed) + ", " + gigabytes(free_bytes) + " are free");
}

// Whether the gather of rows would read x from memory more than once: where x is larger than the
// cache, the K rows of a token are too far apart in time.
bool is_beyond_cache(const Configuration& configuration) {
  int device = 0, l2_bytes = 0;
  ISOFLOP_CUDA_CALL(cudaGetDevice(&device));
  ISOFLOP_CUDA_CALL(cudaDeviceGetAttribute(&l2_bytes, cudaDevAttrL2CacheSize, device));
  return bytes_of(Buffer::kX, configuration) > static_cast<std::uint64_t>(l2_bytes);
}

// Numbers that the device copies to without waiting for a page.
class PinnedCounts {
 public:
  explicit PinnedCounts(std::size_t count) {
    ISOFLOP_CUDA_CALL(cudaMallocHost(&data_, count * sizeof(std::int32_t)));
  }
  ~PinnedCounts() { cudaFreeHost(data_); }
  PinnedCounts(const PinnedCounts&) = delete;
  PinnedCounts& operator=(const PinnedCounts&) = delete;
  std::int32_t* data() const { return data_; }

 private:
  std::int32_t* data_ = nullptr;
};

// Sets counts and the offsets that follow from them. Products would read and write anywhere if the
// counts were wrong, so that they are checked first.
void set_counts(const std::int32_t* counts, const MoeLayer& layer, ExpertRows& rows) {
  rows.counts.assign(counts, counts + layer.experts.num_experts);
  rows.offsets.assign(1, 0);
  std::int64_t sum = 0;
  for (const std::int32_t count : rows.counts) {
    if (count < 0 || static_cast<std::uint64_t>(count) > layer.tokens) sum = -1;
    if (sum < 0) break;
    sum += count;
    rows.offsets.push_back(static_cast<std::int32_t>(
        std::min<std::int64_t>(sum, std::numeric_limits<std::int32_t>::max())));
  }
  if (sum < 0 || static_cast<std::uint64_t>(sum) != layer.num_rows()) {
    throw CudaError("the rows per expert that the device counted do not add up");
  }
}

}  // namespace

struct LayerRun::State {
  // A set of activations; scratch that only the forward or the backward uses is in it as well.
  struct Set {
    std::vector<Bytes> buffers;
    ExpertRows rows;
  };

  State(const Configuration& what, int num_sets)
      : configuration(what),
        capacity(capacity_of(what)),
        num_rows(computed_rows(what)),
        permutes_by_token(is_beyond_cache(what)),
        host_counts(what.layer.experts.num_experts),
        sets(static_cast<std::size_t>(num_sets)),
        router{LtMatmul({.product = router_product(RouterGemm::kLogits, what.layer),
                         .out_is_fp32 = true}),
               LtMatmul({.product = router_product(RouterGemm::kDgrad, what.layer),
                         .accumulates = true}),
               LtMatmul({.product = router_product(RouterGemm::kWgrad, what.layer)})},
        backend(make_backend(what.backend)) {
    for (int i = 0; i < kNumBuffers; ++i) {
      const std::uint64_t bytes = bytes_of(static_cast<Buffer>(i), configuration);
      if (i >= kFirstSharedBuffer) shared.emplace_back(bytes);
      for (Set& set : sets) {
        if (i < kFirstSharedBuffer) set.buffers.emplace_back(bytes);
      }
    }
  }

  const MoeLayer& layer() const { return configuration.layer; }

  template <class T>
  T* get(int set, Buffer buffer) const {
    const auto index = static_cast<std::size_t>(buffer);
    constexpr auto kFirstShared = static_cast<std::size_t>(kFirstSharedBuffer);
    const Bytes& bytes = index < kFirstShared
                             ? sets.at(static_cast<std::size_t>(set)).buffers[index]
                             : shared[index - kFirstShared];
    return reinterpret_cast<T*>(bytes.data());
  }
  Bf16* bf16(int set, Buffer buffer) const { return get<Bf16>(set, buffer); }

  RoutingBuffers routing(int set) const {
    return {.logits = get<float>(set, Buffer::kLogits),
            .forced_ids = configuration.routing.is_forced()
                              ? get<std::int32_t>(set, Buffer::kForcedIds)
                              : nullptr,
            .chosen_ids = get<std::int32_t>(set, Buffer::kChosenIds),
            .ids = get<std::int32_t>(set, Buffer::kIds),
            .weights = get<float>(set, Buffer::kWeights),
            .log_sum = get<float>(set, Buffer::kLogSum),
            .counts = get<std::int32_t>(set, Buffer::kCounts),
            .offsets = get<std::int32_t>(set, Buffer::kOffsets),
            .row_of = get<std::int32_t>(set, Buffer::kRowOf),
            .slot_of = get<std::int32_t>(set, Buffer::kSlotOf),
            .workspace = get<void>(set, Buffer::kPositionsScratch)};
  }

  LtOperands operands(int set, RouterGemm which) const {
    switch (which) {
      case RouterGemm::kLogits:
        return {bf16(set, Buffer::kX), bf16(set, Buffer::kWRouter),
                get<void>(set, Buffer::kLogits)};
      case RouterGemm::kDgrad:
        return {bf16(set, Buffer::kDLogits), bf16(set, Buffer::kWRouter),
                get<void>(set, Buffer::kDX)};
      case RouterGemm::kWgrad:
        break;
    }
    return {bf16(set, Buffer::kDLogits), bf16(set, Buffer::kX), get<void>(set, Buffer::kDWRouter)};
  }

  ExpertProduct product(int set, ExpertGemm kind) const {
    auto of = [&](Buffer left, Buffer right, Buffer out) {
      return ExpertProduct{kind, bf16(set, left), bf16(set, right), get<void>(set, out)};
    };
    switch (kind) {
      case ExpertGemm::kUp:
        return of(Buffer::kXRows, Buffer::kW1, Buffer::kH);
      case ExpertGemm::kDown:
        return of(Buffer::kA, Buffer::kW2, Buffer::kY);
      case ExpertGemm::kDownDgrad:
        return of(Buffer::kDY, Buffer::kW2, Buffer::kDA);
      case ExpertGemm::kDownWgrad:
        return of(Buffer::kDY, Buffer::kA, Buffer::kDW2);
      case ExpertGemm::kUpDgrad:
        return of(Buffer::kDH, Buffer::kW1, Buffer::kDY);
      case ExpertGemm::kUpWgrad:
        break;
    }
    return of(Buffer::kDH, Buffer::kXRows, Buffer::kDW1);
  }

  LtWorkspace router_workspace() const {
    return {get<void>(0, Buffer::kRouterScratch), bytes_of(Buffer::kRouterScratch, configuration)};
  }

  void multiply(int set, RouterGemm which, cudaStream_t stream) const {
    router[static_cast<std::size_t>(which)].run(operands(set, which), router_workspace(), stream);
  }
  void multiply(int set, ExpertGemm kind, cudaStream_t stream) {
    backend->run(layer(), product(set, kind), sets[static_cast<std::size_t>(set)].rows, stream);
  }

  // Logits to rows of experts, on the device.
  void route(int set, cudaStream_t stream, const StageMark& mark) const {
    multiply(set, RouterGemm::kLogits, stream);
    if (mark) mark(Stage::kRouter, stream);
    launch_softmax_topk(layer(), routing(set), stream);
    launch_positions(layer(), routing(set), capacity, stream);
  }

  // The counts of a set to the host; waits for them.
  void copy_counts(int set, cudaStream_t stream) {
    ISOFLOP_CUDA_CALL(cudaMemcpyAsync(host_counts.data(), get<void>(set, Buffer::kCounts),
                                      layer().experts.num_experts * sizeof(std::int32_t),
                                      cudaMemcpyDeviceToHost, stream));
    ISOFLOP_CUDA_CALL(cudaStreamSynchronize(stream));
    set_counts(host_counts.data(), layer(), sets[static_cast<std::size_t>(set)].rows);
  }

  void fill(int set, Buffer buffer, Tensor like, cudaStream_t stream) const {
    launch_fill(bf16(set, buffer), bytes_of(buffer, configuration) / sizeof(Bf16),
                configuration.seed, static_cast<int>(like), scale_of(like), stream);
  }

  Configuration configuration;
  std::uint64_t capacity, num_rows;
  bool permutes_by_token;
  PinnedCounts host_counts;
  std::vector<Bytes> shared;
  std::vector<Set> sets;
  std::array<LtMatmul, kNumRouterGemms> router;
  std::unique_ptr<GemmBackend> backend;
};

LayerRun::LayerRun(const Configuration& configuration, int num_sets) {
  require_countable(configuration, num_sets);
  require_memory(configuration, num_sets);
  state_ = std::make_unique<State>(configuration, num_sets);
  State& x = *state_;
  const MoeLayer& layer = x.layer();
  const Stream stream;

  x.fill(0, Buffer::kWRouter, Tensor::kWRouter, stream);
  x.fill(0, Buffer::kW1, Tensor::kW1, stream);
  x.fill(0, Buffer::kW2, Tensor::kW2, stream);
  for (int set = 0; set < num_sets; ++set) {
    x.fill(set, Buffer::kX, Tensor::kX, stream);
    x.fill(set, Buffer::kDOut, Tensor::kDOut, stream);
  }
  // What algorithms are timed on before a pass has made it. Zeros would draw less power.
  for (const Buffer operand :
       {Buffer::kXRows, Buffer::kA, Buffer::kDY, Buffer::kDH, Buffer::kDLogits, Buffer::kDX}) {
    x.fill(0, operand, Tensor::kX, stream);
  }
  for (int i = 0; i < kNumRouterGemms; ++i) {
    x.router[static_cast<std::size_t>(i)].choose_by_timing(
        x.operands(0, static_cast<RouterGemm>(i)), x.router_workspace(), stream);
  }

  if (configuration.routing.is_forced()) {
    const std::vector<std::int32_t> ids =
        forced_ids(configuration.routing, layer, configuration.seed);
    ISOFLOP_CUDA_CALL(cudaMemcpyAsync(x.get<void>(0, Buffer::kForcedIds), ids.data(),
                                      ids.size() * sizeof(std::int32_t), cudaMemcpyHostToDevice,
                                      stream));
    stream.wait();  // the ids go out of scope
    set_counts(count_rows(ids, layer.experts.num_experts).data(), layer, x.sets.front().rows);
  } else {
    x.route(0, stream, {});
    x.copy_counts(0, stream);
  }
  const ExpertRows first = x.sets.front().rows;
  for (int set = 0; set < num_sets; ++set) {
    ExpertRows& rows = x.sets[static_cast<std::size_t>(set)].rows;
    rows = first;
    rows.device_counts = x.get<std::int32_t>(set, Buffer::kCounts);
    rows.device_offsets = x.get<std::int32_t>(set, Buffer::kOffsets);
    rows.capacity = x.capacity;
  }

  std::vector<ExpertProduct> products;
  for (int i = 0; i < kNumExpertGemms; ++i) {
    products.push_back(x.product(0, static_cast<ExpertGemm>(i)));
  }
  x.backend->tune(layer, products, x.sets.front().rows, stream);
  for (int set = 0; set < num_sets; ++set) {
    forward(set, stream, false);
    backward(set, stream, false);
  }
  stream.wait();
}

LayerRun::~LayerRun() = default;

int LayerRun::num_sets() const { return static_cast<int>(state_->sets.size()); }

void LayerRun::forward(int set, cudaStream_t stream, bool eager, const StageMark& mark) {
  State& x = *state_;
  auto done = [&](Stage stage) {
    if (mark) mark(stage, stream);
  };
  const MoeLayer& layer = x.layer();
  const RoutingBuffers routing = x.routing(set);
  x.route(set, stream, mark);
  if (eager && x.backend->needs_host_counts()) x.copy_counts(set, stream);
  done(Stage::kTopK);
  if (x.permutes_by_token) {
    launch_permute_by_token(layer, x.bf16(set, Buffer::kX), routing.row_of, routing.slot_of,
                            x.num_rows, x.bf16(set, Buffer::kXRows), stream);
  } else {
    launch_permute(layer, x.bf16(set, Buffer::kX), routing.slot_of, x.num_rows,
                   x.bf16(set, Buffer::kXRows), stream);
  }
  done(Stage::kPermute);
  x.multiply(set, ExpertGemm::kUp, stream);
  done(Stage::kUp);
  launch_activation(layer, x.bf16(set, Buffer::kH), x.num_rows, x.bf16(set, Buffer::kA), stream);
  done(Stage::kActivation);
  x.multiply(set, ExpertGemm::kDown, stream);
  done(Stage::kDown);
  launch_combine(layer, x.bf16(set, Buffer::kY), routing.row_of, routing.weights,
                 x.bf16(set, Buffer::kOut), stream);
  done(Stage::kCombine);
}

void LayerRun::backward(int set, cudaStream_t stream, bool, const StageMark& mark) {
  State& x = *state_;
  auto done = [&](Stage stage) {
    if (mark) mark(stage, stream);
  };
  const MoeLayer& layer = x.layer();
  const RoutingBuffers routing = x.routing(set);
  launch_combine_backward(layer, x.bf16(set, Buffer::kDOut), x.bf16(set, Buffer::kY),
                          routing.row_of, routing.slot_of, x.num_rows, routing.weights,
                          x.bf16(set, Buffer::kDY), x.get<float>(set, Buffer::kDWeights), stream);
  done(Stage::kCombineBackward);
  x.multiply(set, ExpertGemm::kDownDgrad, stream);
  done(Stage::kDownDgrad);
  x.multiply(set, ExpertGemm::kDownWgrad, stream);
  done(Stage::kDownWgrad);
  launch_activation_backward(layer, x.bf16(set, Buffer::kH), x.bf16(set, Buffer::kDA), x.num_rows,
                             x.bf16(set, Buffer::kDH), stream);
  done(Stage::kActivationBackward);
  x.multiply(set, ExpertGemm::kUpDgrad, stream);
  done(Stage::kUpDgrad);
  x.multiply(set, ExpertGemm::kUpWgrad, stream);
  done(Stage::kUpWgrad);
  launch_permute_backward(layer, x.bf16(set, Buffer::kDY), routing.row_of, x.bf16(set, Buffer::kDX),
                          stream);
  done(Stage::kPermuteBackward);
  launch_topk_backward(layer, routing, x.get<float>(set, Buffer::kDWeights),
                       x.bf16(set, Buffer::kDLogits), stream);
  done(Stage::kTopKBackward);
  x.multiply(set, RouterGemm::kDgrad, stream);
  done(Stage::kRouterDgrad);
  x.multiply(set, RouterGemm::kWgrad, stream);
  done(Stage::kRouterWgrad);
}

LayerView LayerRun::view(int set) const {
  const State& x = *state_;
  const RoutingBuffers routing = x.routing(set);
  return {.x = x.bf16(set, Buffer::kX),
          .w_router = x.bf16(set, Buffer::kWRouter),
          .w1 = x.bf16(set, Buffer::kW1),
          .w2 = x.bf16(set, Buffer::kW2),
          .d_out = x.bf16(set, Buffer::kDOut),
          .logits = routing.logits,
          .weights = routing.weights,
          .d_weights = x.get<float>(set, Buffer::kDWeights),
          .chosen_ids = routing.chosen_ids,
          .ids = routing.ids,
          .row_of = routing.row_of,
          .slot_of = routing.slot_of,
          .counts = routing.counts,
          .out = x.bf16(set, Buffer::kOut),
          .dx = x.bf16(set, Buffer::kDX),
          .d_logits = x.bf16(set, Buffer::kDLogits),
          .d_w_router = x.bf16(set, Buffer::kDWRouter),
          .d_w1 = x.bf16(set, Buffer::kDW1),
          .d_w2 = x.bf16(set, Buffer::kDW2),
          .dw_is_fp32 = x.backend->dw_is_fp32(),
          .num_rows = x.num_rows};
}

RoutingStats LayerRun::stats() const {
  return routing_stats(state_->sets.front().rows.counts, state_->capacity);
}

std::string LayerRun::counts_word(bool eager) const {
  if (!state_->backend->needs_host_counts()) return "device";
  return eager ? "copied" : "preknown";
}

double LayerRun::executed_rows() const { return static_cast<double>(state_->num_rows); }

}  // namespace isoflop::bench
