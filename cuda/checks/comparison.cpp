#include "cuda/checks/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "isoflop/error.hpp"

namespace isoflop::bench {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void require_same_size(std::size_t expected, std::size_t actual) {
  if (expected == actual) return;
  throw InvalidArgument("cannot compare " + std::to_string(actual) + " values with " +
                        std::to_string(expected));
}

bool are_valid(std::span<const std::int32_t> ids, std::size_t num_experts) {
  std::vector<std::int32_t> sorted(ids.begin(), ids.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted.front() >= 0 && static_cast<std::size_t>(sorted.back()) < num_experts &&
         std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
}

}  // namespace

double relative_error(RealSpan expected, RealSpan actual) {
  require_same_size(expected.size(), actual.size());
  double difference = 0.0, size = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double off = actual[i] - expected[i];
    difference += off * off;
    size += expected[i] * expected[i];
  }
  if (difference == 0.0) return 0.0;
  const double error = std::sqrt(difference / size);
  if (!std::isfinite(error)) return kInfinity;
  return error;
}

StoreCounts count_stores(const MoeLayer& layer) {
  const int of_h = static_cast<int>(layer.num_up());
  const int to_a = of_h + 1;
  const int to_d_h = 2 + (layer.activation == Activation::kRelu ? 0 : of_h) + 1;
  return {.out = to_a + 2,
          .d_x = to_d_h + 3,
          .d_w1 = to_d_h + 1,
          .d_w2 = 1 + to_a + 1,
          .d_logits = to_a + 2,
          .d_w_router = to_a + 3};
}

double tolerance_after(int stores) {
  return kToleranceMargin * kErrorPerStore * std::sqrt(static_cast<double>(stores));
}

std::vector<CheckItem> compare_results(const MoeLayer& layer, const LayerResult& expected,
                                       const LayerResult& actual) {
  const StoreCounts stores = count_stores(layer);
  auto item = [&](const char* what, const Reals LayerResult::*tensor, int count) {
    return CheckItem{what, relative_error(expected.*tensor, actual.*tensor),
                     tolerance_after(count)};
  };
  return {item("out", &LayerResult::out, stores.out), item("dX", &LayerResult::d_x, stores.d_x),
          item("dW1", &LayerResult::d_w1, stores.d_w1),
          item("dW2", &LayerResult::d_w2, stores.d_w2),
          item("dW_router", &LayerResult::d_w_router, stores.d_w_router)};
}

CheckItem compare_ids(const SpotReference& reference, std::span<const std::uint64_t> tokens,
                      std::span<const std::int32_t> ids) {
  const MoeLayer& layer = reference.layer();
  const std::size_t top_k = layer.experts.top_k;
  require_same_size(tokens.size() * top_k, ids.size());
  CheckItem item{"expert ids", 0.0, std::sqrt(static_cast<double>(layer.d_model)) * 0x1p-22};
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto chosen = ids.subspan(i * top_k, top_k);
    if (!are_valid(chosen, layer.experts.num_experts))
      return {item.what, kInfinity, item.tolerance};
    const RouterLogits logits = reference.logits(tokens[i]);
    Reals sorted = logits.values;
    const auto kth = sorted.begin() + static_cast<std::ptrdiff_t>(top_k) - 1;
    std::nth_element(sorted.begin(), kth, sorted.end(), std::greater<>());
    for (const std::int32_t id : chosen) {
      const double shortfall = *kth - logits.values[static_cast<std::size_t>(id)];
      if (shortfall > 0.0) item.error = std::max(item.error, shortfall / logits.scale);
    }
  }
  return item;
}

}  // namespace isoflop::bench
