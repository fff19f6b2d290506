#include "cuda/layer/layer_run.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string>

#include "cuda/backends/lt_matmul.hpp"
#include "cuda/device/backend_name.hpp"
#include "cuda/device/cuda_handles.hpp"
#include "cuda/layer/fused_pass.hpp"
#include "cuda/layer/gemm_backend.hpp"
#include "cuda/layer/inputs.hpp"
#include "isoflop/cost/moe_work.hpp"

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

std::unique_ptr<GemmBackend> make_fusing_backend(const BackendName& name) {
  std::unique_ptr<GemmBackend> out = make_backend(name.base);
  if (!covers(out->can_fuse(), name.fused)) {
    throw InvalidArgument("the backend " + std::string(name.base) + " of this build cannot be " +
                          to_text(name));
  }
  return out;
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
        fused(parse_backend_name(what.backend).fused),
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
        backend(make_fusing_backend(parse_backend_name(what.backend))) {
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
    const ExpertOperands of = operands_of(kind, fused);
    ExpertProduct out{kind, bf16(set, of.left), bf16(set, of.right), get<void>(set, of.out)};
    if (of.gathers || of.weighted) out.fused.slot_of = get<std::int32_t>(set, Buffer::kSlotOf);
    out.fused.gathers = of.gathers;
    if (of.weighted) out.fused.weights = get<float>(set, Buffer::kWeights);
    if (of.activated) out.fused.activated = bf16(set, *of.activated);
    if (of.h) out.fused.h = bf16(set, *of.h);
    if (of.d_weights) out.fused.d_weights = get<float>(set, *of.d_weights);
    return out;
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
  void begin_pass(int set, cudaStream_t stream) {
    backend->begin_pass(layer(), sets[static_cast<std::size_t>(set)].rows, stream);
  }

  // Logits to rows of experts, on the device.
  void choose_rows(int set, cudaStream_t stream) const {
    launch_softmax_topk(layer(), routing(set), stream);
    launch_positions(layer(), routing(set), capacity, stream);
  }

  // Rows of a tensor [T, d] in the order of experts.
  void copy_rows(int set, Buffer from, Buffer to, cudaStream_t stream) const {
    const RoutingBuffers at = routing(set);
    if (permutes_by_token) {
      launch_permute_by_token(layer(), bf16(set, from), at.row_of, at.slot_of, num_rows,
                              bf16(set, to), stream);
    } else {
      launch_permute(layer(), bf16(set, from), at.slot_of, num_rows, bf16(set, to), stream);
    }
  }

  void queue(int set, Stage stage, bool eager, cudaStream_t stream);

  // The stages of one direction.
  void queue_pass(int set, Pass pass, bool eager, cudaStream_t stream, const StageMark& mark) {
    for (const Stage stage : stages_of(pass, fused)) {
      queue(set, stage, eager, stream);
      if (mark) mark(stage, stream);
    }
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
  Fusion fused;
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
  for (const Buffer operand : {Buffer::kXRows, Buffer::kH, Buffer::kA, Buffer::kDY, Buffer::kDH,
                               Buffer::kDLogits, Buffer::kDX}) {
    if (is_used(operand, x.fused)) x.fill(0, operand, Tensor::kX, stream);
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
  }
  x.multiply(0, RouterGemm::kLogits, stream);
  x.choose_rows(0, stream);
  x.copy_counts(0, stream);
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

// Precondition: is_run(stage, fused).
void LayerRun::State::queue(int set, Stage stage, bool eager, cudaStream_t stream) {
  const RoutingBuffers at = routing(set);
  switch (stage) {
    case Stage::kRouter:
      return multiply(set, RouterGemm::kLogits, stream);
    case Stage::kTopK:
      choose_rows(set, stream);
      if (eager && backend->needs_host_counts()) copy_counts(set, stream);
      return begin_pass(set, stream);
    case Stage::kPermute:
      return copy_rows(set, Buffer::kX, Buffer::kXRows, stream);
    case Stage::kUp:
      return multiply(set, ExpertGemm::kUp, stream);
    case Stage::kActivation:
      return launch_activation(layer(), bf16(set, Buffer::kH), num_rows, bf16(set, Buffer::kA),
                               stream);
    case Stage::kDown:
      return multiply(set, ExpertGemm::kDown, stream);
    case Stage::kCombine:
      return launch_combine(layer(), bf16(set, Buffer::kY), at.row_of,
                            fused.combination ? nullptr : at.weights, bf16(set, Buffer::kOut),
                            stream);
    case Stage::kCombineBackward:
      if (fused.combination) return copy_rows(set, Buffer::kDOut, Buffer::kDY, stream);
      return launch_combine_backward(
          layer(), bf16(set, Buffer::kDOut), bf16(set, Buffer::kY), at.row_of, at.slot_of, num_rows,
          at.weights, bf16(set, Buffer::kDY), get<float>(set, Buffer::kDWeights), stream);
    case Stage::kDownDgrad:
      return multiply(set, ExpertGemm::kDownDgrad, stream);
    case Stage::kDownWgrad:
      return multiply(set, ExpertGemm::kDownWgrad, stream);
    case Stage::kActivationBackward:
      return launch_activation_backward(layer(), bf16(set, Buffer::kH), bf16(set, Buffer::kDA),
                                        num_rows, bf16(set, Buffer::kDH), stream);
    case Stage::kUpDgrad:
      return multiply(set, ExpertGemm::kUpDgrad, stream);
    case Stage::kUpWgrad:
      return multiply(set, ExpertGemm::kUpWgrad, stream);
    case Stage::kPermuteBackward:
      return launch_permute_backward(layer(), bf16(set, Buffer::kDY), at.row_of,
                                     bf16(set, Buffer::kDX), stream);
    case Stage::kTopKBackward:
      return launch_topk_backward(layer(), at, get<float>(set, Buffer::kDWeights),
                                  bf16(set, Buffer::kDLogits), stream);
    case Stage::kRouterDgrad:
      return multiply(set, RouterGemm::kDgrad, stream);
    case Stage::kRouterWgrad:
      return multiply(set, RouterGemm::kWgrad, stream);
    case Stage::kWhole:
      break;
  }
}

void LayerRun::forward(int set, cudaStream_t stream, bool eager, const StageMark& mark) {
  state_->queue_pass(set, Pass::kForward, eager, stream, mark);
}

void LayerRun::backward(int set, cudaStream_t stream, bool eager, const StageMark& mark) {
  state_->begin_pass(set, stream);
  state_->queue_pass(set, Pass::kBackward, eager, stream, mark);
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
