#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "comparison.hpp"
#include "cuda_handles.hpp"
#include "device_tensors.hpp"
#include "inputs.hpp"
#include "isoflop/core/random.hpp"
#include "layer_check.hpp"
#include "positions.hpp"
#include "spot_check.hpp"

namespace isoflop::bench {
namespace {

constexpr double kSmallOperations = 2e9;  // some seconds of one core
constexpr double kSmallNumbers = 0x1p25;  // of the largest tensor, kept as float64 several times
constexpr std::size_t kIdTokens = 64;     // of a large layer

bool is_small(const MoeLayer& layer) {
  const double d = static_cast<double>(layer.d_model);
  const double n = static_cast<double>(layer.experts.expert_width);
  const double experts = static_cast<double>(layer.experts.num_experts);
  const double tokens = static_cast<double>(layer.tokens);
  const double operations = 18.0 * static_cast<double>(layer.num_rows()) * d * n;
  return operations + 6.0 * tokens * d * experts <= kSmallOperations &&
         experts * static_cast<double>(layer.up_width()) * d <= kSmallNumbers &&
         tokens * (d + experts) <= kSmallNumbers;
}

// NaN in everything that a pass has to write, so that what it leaves out is seen.
void poison(const MoeLayer& layer, const LayerView& view, cudaStream_t stream) {
  const std::size_t d = layer.d_model, n = layer.experts.expert_width;
  const std::size_t experts = layer.experts.num_experts, tokens = layer.tokens;
  const std::size_t gradient_bytes = view.dw_is_fp32 ? sizeof(float) : sizeof(Bf16);
  auto set = [&](const void* tensor, std::size_t bytes) {
    ISOFLOP_CUDA_CALL(cudaMemsetAsync(const_cast<void*>(tensor), 0xff, bytes, stream));
  };
  set(view.logits, tokens * experts * sizeof(float));
  set(view.weights, layer.num_rows() * sizeof(float));
  set(view.d_weights, layer.num_rows() * sizeof(float));
  set(view.out, tokens * d * sizeof(Bf16));
  set(view.dx, tokens * d * sizeof(Bf16));
  set(view.d_logits, tokens * experts * sizeof(Bf16));
  set(view.d_w_router, experts * d * sizeof(Bf16));
  set(view.d_w1, experts * layer.up_width() * d * gradient_bytes);
  set(view.d_w2, experts * d * n * gradient_bytes);
}

double share_different(const std::vector<std::int32_t>& a, const std::vector<std::int32_t>& b) {
  if (a.size() != b.size()) return 1.0;
  std::size_t different = 0;
  for (std::size_t i = 0; i < a.size(); ++i) different += a[i] != b[i] ? 1 : 0;
  return static_cast<double>(different) / static_cast<double>(a.size());
}

// What has one right answer: ids that were used, and where their rows are.
std::vector<CheckItem> compare_positions(const Configuration& configuration,
                                         const RoutedIds& routing) {
  const auto num_experts = static_cast<std::int32_t>(configuration.layer.experts.num_experts);
  for (const std::int32_t id : routing.ids) {
    if (id < 0 || id >= num_experts) return {{"used ids", 1.0, 0.0}};  // no such expert
  }
  const std::vector<std::int32_t> wanted =
      configuration.routing.is_forced()
          ? forced_ids(configuration.routing, configuration.layer, configuration.seed)
          : routing.chosen_ids;
  const Positions positions = find_positions(routing.ids, configuration.layer.experts.num_experts,
                                             capacity_of(configuration));
  return {{"used ids", share_different(wanted, routing.ids), 0.0},
          {"positions", share_different(positions.row_of, routing.row_of), 0.0}};
}

// Inputs of a few rows of every tensor against those that the seed gives.
CheckItem compare_inputs(const Configuration& configuration, const RowFetcher& fetch_rows) {
  Random random(configuration.seed);
  std::size_t different = 0, compared = 0;
  for (const Tensor tensor :
       {Tensor::kX, Tensor::kWRouter, Tensor::kW1, Tensor::kW2, Tensor::kDOut}) {
    const TensorShape shape = shape_of(configuration.layer, tensor);
    for (const std::uint64_t row :
         {std::uint64_t{0}, std::uint64_t{random.below(shape.rows)}, shape.rows - 1}) {
      const std::vector<std::uint16_t> bits = fetch_rows(tensor, row, 1);
      for (std::uint64_t i = 0; i < shape.width; ++i, ++compared) {
        different +=
            bits[i] != input_bf16(configuration.seed, tensor, row * shape.width + i) ? 1 : 0;
      }
    }
  }
  return {"inputs", static_cast<double>(different) / static_cast<double>(compared), 0.0};
}

LayerResult whole_result(const MoeLayer& layer, const DeviceTensors& tensors) {
  const std::uint64_t experts = layer.experts.num_experts;
  return {.out = tensors.out(0, layer.tokens),
          .d_x = tensors.d_x(0, layer.tokens),
          .d_w1 = tensors.d_w1(0, experts * layer.up_width()),
          .d_w2 = tensors.d_w2(0, experts * layer.d_model),
          .d_w_router = tensors.d_w_router(0, experts)};
}

/// Results of a first pass are compared and the reference kept, for a second way to run the same.
class Comparison {
 public:
  Comparison(const Configuration& configuration, const DeviceTensors& tensors)
      : layer_(configuration.layer),
        tensors_(tensors),
        routing_(fetch_routing(layer_, tensors.view())) {
    items_ = compare_positions(configuration, routing_);
    items_.push_back(compare_inputs(configuration, tensors.inputs()));
    for (const CheckItem& item : items_) {
      if (!item.holds()) return;  // ids or rows out of range: nothing else can be computed
    }
    if (is_small(layer_)) {
      compare_whole(configuration);
    } else {
      compare_places(configuration);
    }
  }

  /// Whether the ids and positions were right, without which there is nothing to compare.
  bool is_ready() const { return static_cast<bool>(actual_); }
  void compare(const std::string& suffix) {
    for (CheckItem item : compare_results(layer_, expected_, actual_())) {
      item.what += suffix;
      item.tolerance *= factor_;
      items_.push_back(std::move(item));
    }
  }
  void compare_routing_again(const std::string& suffix) {
    const RoutedIds again = fetch_routing(layer_, tensors_.view());
    items_.push_back({"ids and weights" + suffix, again == routing_ ? 0.0 : 1.0, 0.0});
  }
  std::vector<CheckItem> items() const { return items_; }

 private:
  void compare_whole(const Configuration& configuration) {
    const LayerTensors inputs = make_tensors(layer_, configuration.seed);
    std::vector<std::uint64_t> all(layer_.tokens);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    items_.push_back(
        compare_ids(SpotReference(layer_, fetch_from(layer_, inputs)), all, routing_.chosen_ids));
    expected_ = reference_layer(layer_, to_real(inputs), routing_.ids, routing_.row_of);
    actual_ = [this] { return whole_result(layer_, tensors_); };
  }

  void compare_places(const Configuration& configuration) {
    const SpotReference reference(layer_, tensors_.inputs());
    const Places places = draw_places(layer_, routing_, configuration.seed);
    const std::uint64_t top_k = layer_.experts.top_k;
    std::vector<std::uint64_t> tokens;
    std::vector<std::int32_t> ids;
    Random random(configuration.seed);
    for (std::size_t i = 0; i < kIdTokens; ++i) {
      tokens.push_back(random.below(layer_.tokens));
      const auto first =
          routing_.chosen_ids.begin() + static_cast<std::ptrdiff_t>(tokens.back() * top_k);
      ids.insert(ids.end(), first, first + static_cast<std::ptrdiff_t>(top_k));
    }
    items_.push_back(compare_ids(reference, tokens, ids));
    ExpectedPlaces expected = expected_at(places, reference, routing_, tensors_);
    for (CheckItem& item : compare_routing(places, layer_, expected, routing_, tensors_)) {
      items_.push_back(std::move(item));
    }
    expected_ = std::move(expected.result);
    factor_ = kFewNumbers;
    actual_ = [this, places] { return actual_at(places, layer_, tensors_); };
  }

  MoeLayer layer_;
  const DeviceTensors& tensors_;
  RoutedIds routing_;
  LayerResult expected_;
  std::function<LayerResult()> actual_;
  double factor_ = 1.0;
  std::vector<CheckItem> items_;
};

}  // namespace

CheckReport check_layer(const Configuration& configuration, cudaStream_t stream) {
  const MoeLayer& layer = configuration.layer;
  CheckReport report;
  report.configuration = configuration;
  LayerRun run(configuration, 1);
  const DeviceTensors tensors(layer, run.view(0));

  poison(layer, tensors.view(), stream);
  run.forward(0, stream, true);
  run.backward(0, stream, true);
  ISOFLOP_CUDA_CALL(cudaStreamSynchronize(stream));
  Comparison comparison(configuration, tensors);
  if (comparison.is_ready()) {
    comparison.compare("");
    const Graph graph(stream, [&] {
      run.forward(0, stream, false);
      run.backward(0, stream, false);
    });
    poison(layer, tensors.view(), stream);
    graph.launch(stream);
    ISOFLOP_CUDA_CALL(cudaStreamSynchronize(stream));
    comparison.compare_routing_again(" of the graph");
    comparison.compare(" of the graph");
  }
  report.items = comparison.items();
  return report;
}

}  // namespace isoflop::bench
