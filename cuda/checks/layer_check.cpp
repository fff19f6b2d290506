#include <algorithm>
#include <functional>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "cuda/checks/comparison.hpp"
#include "cuda/device/cuda_handles.hpp"
#include "cuda/layer/device_tensors.hpp"
#include "cuda/layer/inputs.hpp"
#include "isoflop/core/random.hpp"
#include "cuda/layer/layer_buffers.hpp"
#include "cuda/checks/layer_check.hpp"
#include "cuda/reference/positions.hpp"
#include "cuda/reference/reference.hpp"
#include "cuda/checks/spot_check.hpp"

namespace isoflop::bench {
namespace {

constexpr double kSmallOperations = 2e9;  // some seconds of one core
constexpr double kSmallNumbers = 0x1p25;  // of the largest tensor, kept as float64 several times
constexpr std::uint64_t kIdTokens = 64;   // of a large layer
constexpr std::uint64_t kBesideRows = 32;
constexpr SpotCounts kSpots{.tokens = 8, .units = 8, .experts = 2};
// Tolerances are those of whole tensors, and the errors of few numbers scatter: of correct results
// rounded on the CPU, in 300 draws for each of 16 layers, the worst were 2.6 times a tolerance off,
// and dlogits, which are a handful of sums with terms of both signs, 2.9 times.
constexpr double kFewNumbers = 3.0, kFewSums = 4.0;

bool is_small(const MoeLayer& layer) {
  const double tokens = static_cast<double>(layer.tokens), d = static_cast<double>(layer.d_model);
  const double n = static_cast<double>(layer.experts.expert_width);
  const double experts = static_cast<double>(layer.experts.num_experts);
  const double operations = 18.0 * static_cast<double>(layer.num_rows()) * d * n;
  return operations + 6.0 * tokens * d * experts <= kSmallOperations &&
         experts * static_cast<double>(layer.up_width()) * d <= kSmallNumbers &&
         tokens * (d + experts) <= kSmallNumbers;
}

double share_different(const std::vector<std::int32_t>& a, const std::vector<std::int32_t>& b) {
  if (a.size() != b.size()) return 1.0;
  std::size_t different = 0;
  for (std::size_t i = 0; i < a.size(); ++i) different += a[i] != b[i] ? 1 : 0;
  return static_cast<double>(different) / static_cast<double>(a.size());
}

// What has one right answer: the ids that were used, and where their rows are.
std::vector<CheckItem> compare_positions(const Configuration& configuration,
                                         const RoutedIds& routing) {
  const MoeLayer& layer = configuration.layer;
  const auto num_experts = static_cast<std::int32_t>(layer.experts.num_experts);
  for (const std::int32_t id : routing.ids) {
    if (id < 0 || id >= num_experts) return {{"used ids", 1.0, 0.0}};  // no such expert
  }
  const std::vector<std::int32_t> wanted =
      configuration.routing.is_forced()
          ? forced_ids(configuration.routing, layer, configuration.seed)
          : routing.chosen_ids;
  const Positions positions =
      find_positions(routing.ids, layer.experts.num_experts, capacity_of(configuration));
  return {{"used ids", share_different(wanted, routing.ids), 0.0},
          {"positions", share_different(positions.row_of, routing.row_of), 0.0}};
}

// A few rows of every input against what the seed gives.
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
        const std::uint64_t index = row * shape.width + i;
        different += bits[i] != input_bf16(configuration.seed, tensor, index) ? 1 : 0;
      }
    }
  }
  return {"inputs", static_cast<double>(different) / static_cast<double>(compared), 0.0};
}

// The ids that the router chose for some tokens.
CheckItem compare_chosen(const SpotReference& reference, const std::vector<std::uint64_t>& tokens,
                         const RoutedIds& routing) {
  const std::size_t top_k = reference.layer().experts.top_k;
  std::vector<std::int32_t> ids;
  for (const std::uint64_t token : tokens) {
    const auto first = routing.chosen_ids.begin() + static_cast<std::ptrdiff_t>(token * top_k);
    ids.insert(ids.end(), first, first + static_cast<std::ptrdiff_t>(top_k));
  }
  return compare_ids(reference, tokens, ids);
}

LayerResult whole_result(const MoeLayer& layer, const OutputFetcher& outputs) {
  const std::uint64_t experts = layer.experts.num_experts;
  return {.out = outputs(Output::kOut, 0, layer.tokens),
          .d_x = outputs(Output::kDX, 0, layer.tokens),
          .d_w1 = outputs(Output::kDW1, 0, experts * layer.up_width()),
          .d_w2 = outputs(Output::kDW2, 0, experts * layer.d_model),
          .d_w_router = outputs(Output::kDWRouter, 0, experts),
          .weights = {},
          .d_logits = {}};
}

// Some rows of every output, the same for the same seed.
LayerResult drawn_rows(const MoeLayer& layer, const OutputFetcher& outputs, std::uint64_t seed) {
  const std::uint64_t experts = layer.experts.num_experts;
  Random random(seed);
  auto draw = [&](Output output, std::uint64_t rows) {
    Reals out;
    for (std::uint64_t i = 0; i < kBesideRows; ++i) {
      const Reals row = outputs(output, random.below(rows), 1);
      out.insert(out.end(), row.begin(), row.end());
    }
    return out;
  };
  LayerResult result;
  result.out = draw(Output::kOut, layer.tokens);
  result.d_x = draw(Output::kDX, layer.tokens);
  result.d_w1 = draw(Output::kDW1, experts * layer.up_width());
  result.d_w2 = draw(Output::kDW2, experts * layer.d_model);
  result.d_w_router = draw(Output::kDWRouter, experts);
  return result;
}

/// A layer that runs twice, one by one and as a graph, and what is compared of it.
class LayerCheck {
 public:
  LayerCheck(const Configuration& configuration, cudaStream_t stream)
      : configuration_(configuration),
        layer_(configuration.layer),
        stream_(stream),
        run_(configuration, 1),
        tensors_(layer_, run_.view(0)) {}

  std::vector<CheckItem> items() {
    run([&] { queue(true); });
    const RoutedIds routing = tensors_.routing();
    items_ = compare_positions(configuration_, routing);
    items_.push_back(compare_inputs(configuration_, tensors_.inputs()));
    const bool comparable = std::all_of(items_.begin(), items_.end(),
                                        [](const CheckItem& item) { return item.holds(); });
    if (comparable) is_small(layer_) ? check_whole(routing) : check_places(routing);
    return items_;
  }

 private:
  void queue(bool eager) {
    run_.forward(0, stream_, eager);
    run_.backward(0, stream_, eager);
  }

  // Waits for the end.
  void run(const std::function<void()>& work) {
    poison_outputs(layer_, tensors_.view(), stream_);
    work();
    ISOFLOP_CUDA_CALL(cudaStreamSynchronize(stream_));
  }

  // The graph has to route alike: the reference was made for these ids.
  void run_graph(const RoutedIds& routing) {
    const Graph graph(stream_, [&] { queue(false); });
    run([&] { graph.launch(stream_); });
    items_.push_back({"routing of the graph", tensors_.routing() == routing ? 0.0 : 1.0, 0.0});
  }

  void add(std::vector<CheckItem> items, const std::string& suffix = {}) {
    for (CheckItem& item : items) {
      item.what += suffix;
      items_.push_back(std::move(item));
    }
  }

  void check_whole(const RoutedIds& routing) {
    const LayerTensors inputs = make_tensors(layer_, configuration_.seed);
    std::vector<std::uint64_t> tokens(layer_.tokens);
    std::iota(tokens.begin(), tokens.end(), std::uint64_t{0});
    const SpotReference reference(layer_, fetch_from(layer_, inputs));
    items_.push_back(compare_chosen(reference, tokens, routing));
    const LayerResult expected =
        reference_layer(layer_, to_real(inputs), routing.ids, routing.row_of);
    add(compare_results(layer_, expected, whole_result(layer_, tensors_.outputs())));
    run_graph(routing);
    add(compare_results(layer_, expected, whole_result(layer_, tensors_.outputs())),
        " of the graph");
  }

  void check_places(const RoutedIds& routing) {
    const std::uint64_t seed = configuration_.seed;
    Random random(seed);
    std::vector<std::uint64_t> tokens(std::min(kIdTokens, layer_.tokens));
    for (std::uint64_t& token : tokens) token = random.below(layer_.tokens);
    const SpotReference reference(layer_, tensors_.inputs());
    items_.push_back(compare_chosen(reference, tokens, routing));
    const LayerResult eager = drawn_rows(layer_, tensors_.outputs(), seed);
    run_graph(routing);
    add(compare_results(layer_, drawn_rows(layer_, tensors_.outputs(), seed), eager),
        " beside the graph");
    std::vector<CheckItem> spots =
        check_spots(reference, tensors_.outputs(), routing.ids, routing.row_of, seed, kSpots);
    for (CheckItem& item : spots) item.tolerance *= item.what == "dlogits" ? kFewSums : kFewNumbers;
    add(std::move(spots));
  }

  const Configuration& configuration_;
  const MoeLayer& layer_;
  cudaStream_t stream_;
  LayerRun run_;
  DeviceTensors tensors_;
  std::vector<CheckItem> items_;
};

}  // namespace

CheckReport check_layer(const Configuration& configuration, cudaStream_t stream) {
  CheckReport report;
  report.configuration = configuration;
  report.items = LayerCheck(configuration, stream).items();
  return report;
}

}  // namespace isoflop::bench
