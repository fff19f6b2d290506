#include <algorithm>
#include <future>

#include "comparison.hpp"
#include "cuda_handles.hpp"
#include "isoflop/core/random.hpp"
#include "spot_check.hpp"

namespace isoflop::bench {
namespace {

constexpr std::size_t kNumTokens = 8, kNumUnits = 8, kNumRouterRows = 2;

// A weight is an exponential of a logit, so that the absolute error of a logit is the relative one
// of a weight: sqrt(d) 2^-23 |x| |w| for sums in fp32, 2e-4 at d = 2048 and 1e-3 at d = 8192.
constexpr double kWeightTolerance = 2e-3;
// A token's d weights are few sums of large terms of both signs; their squares spread like F(8, 8),
// which exceeds 16 once in three thousand.
constexpr double kFewSums = 4.0;

// Distinct numbers below `below`, all of them where there are no more than `count`.
std::vector<std::uint64_t> draw(std::size_t count, std::uint64_t below, Random& random) {
  std::vector<std::uint64_t> out;
  while (out.size() < std::min<std::uint64_t>(count, below)) {
    const std::uint64_t x = random.below(below);
    if (std::find(out.begin(), out.end(), x) == out.end()) out.push_back(x);
  }
  return out;
}

void append(Reals& to, const Reals& from) { to.insert(to.end(), from.begin(), from.end()); }

template <class T>
std::span<const T> of_token(const std::vector<T>& all, std::uint64_t token, std::uint64_t top_k) {
  return std::span(all).subspan(token * top_k, top_k);
}

std::vector<RoutedToken> rows_of(const RoutedIds& routing, std::uint64_t expert,
                                 std::uint64_t top_k) {
  std::vector<RoutedToken> out;
  for (std::size_t slot = 0; slot < routing.ids.size(); ++slot) {
    if (routing.ids[slot] != static_cast<std::int32_t>(expert)) continue;
    if (routing.row_of[slot] == kDropped) continue;
    out.push_back({slot / top_k, static_cast<double>(routing.weights[slot])});
  }
  return out;
}

// One result per element, each computed on a thread of its own.
template <class T, class F>
auto on_threads(const std::vector<T>& elements, const F& compute) {
  std::vector<std::future<decltype(compute(elements[0]))>> pending;
  for (const T& element : elements) {
    pending.push_back(std::async(std::launch::async, [&] { return compute(element); }));
  }
  std::vector<decltype(compute(elements[0]))> out;
  for (auto& one : pending) out.push_back(one.get());
  return out;
}

}  // namespace

RoutedIds fetch_routing(const MoeLayer& layer, const LayerView& view) {
  const std::size_t slots = layer.num_rows();
  return {.chosen_ids = fetch(view.chosen_ids, slots),
          .ids = fetch(view.ids, slots),
          .row_of = fetch(view.row_of, slots),
          .weights = fetch(view.weights, slots)};
}

Places draw_places(const MoeLayer& layer, const RoutedIds& routing, std::uint64_t seed) {
  const std::uint64_t num_experts = layer.experts.num_experts;
  const std::vector<std::int32_t> counts = count_rows(routing.ids, num_experts);
  std::vector<std::uint64_t> busy, empty;
  for (std::uint64_t e = 0; e < num_experts; ++e) (counts[e] > 0 ? busy : empty).push_back(e);

  Random random(seed);
  Places out;
  out.tokens = draw(kNumTokens, layer.tokens, random);
  for (std::size_t i = 0; i < kNumUnits; ++i) {
    // Few experts give several units each.
    out.units.push_back(
        {busy[random.below(busy.size())], random.below(layer.experts.expert_width)});
  }
  if (!empty.empty()) {
    out.units.push_back(
        {empty[random.below(empty.size())], random.below(layer.experts.expert_width)});
  }
  out.router_rows = draw(kNumRouterRows, num_experts, random);
  return out;
}

ExpectedPlaces expected_at(const Places& places, const SpotReference& reference,
                           const RoutedIds& routing, const DeviceTensors& tensors) {
  const std::uint64_t top_k = reference.layer().experts.top_k;
  ExpectedPlaces out;
  for (const TokenResult& token : on_threads(places.tokens, [&](std::uint64_t t) {
         return reference.token(t, of_token(routing.ids, t, top_k),
                                of_token(routing.row_of, t, top_k));
       })) {
    append(out.result.out, token.out);
    append(out.result.d_x, token.d_x);
    append(out.weights, token.weights);
    append(out.d_logits, token.d_logits);
  }
  for (const UnitResult& unit : on_threads(places.units, [&](const HiddenUnit& x) {
         return reference.unit(x.expert, x.unit, rows_of(routing, x.expert, top_k));
       })) {
    append(out.result.d_w1, unit.d_w1);
    append(out.result.d_w2, unit.d_w2);
  }
  for (const Reals& row : on_threads(places.router_rows, [&](std::uint64_t e) {
         return reference.router_row(tensors.d_logits_column(e));
       })) {
    append(out.result.d_w_router, row);
  }
  return out;
}

LayerResult actual_at(const Places& places, const MoeLayer& layer, const DeviceTensors& tensors) {
  const std::uint64_t n = layer.experts.expert_width;
  LayerResult out;
  for (const std::uint64_t token : places.tokens) {
    append(out.out, tensors.out(token, 1));
    append(out.d_x, tensors.d_x(token, 1));
  }
  for (const HiddenUnit& x : places.units) {
    for (std::uint64_t matrix = 0; matrix < layer.num_up(); ++matrix) {  // gate, then up
      append(out.d_w1, tensors.d_w1(x.expert * layer.up_width() + matrix * n + x.unit, 1));
    }
    append(out.d_w2, tensors.d_w2_column(x.expert, x.unit));
  }
  for (const std::uint64_t expert : places.router_rows) {
    append(out.d_w_router, tensors.d_w_router(expert, 1));
  }
  return out;
}

std::vector<CheckItem> compare_routing(const Places& places, const MoeLayer& layer,
                                       const ExpectedPlaces& expected, const RoutedIds& routing,
                                       const DeviceTensors& tensors) {
  Reals weights, d_logits;
  for (const std::uint64_t token : places.tokens) {
    for (const float weight : of_token(routing.weights, token, layer.experts.top_k)) {
      weights.push_back(static_cast<double>(weight));
    }
    append(d_logits, tensors.d_logits(token));
  }
  // The last store on the way to dW_router is that of dW_router itself.
  const int stores = count_stores(layer).d_w_router - 1;
  return {
      {"weights", relative_error(expected.weights, weights), kWeightTolerance},
      {"dlogits", relative_error(expected.d_logits, d_logits), kFewSums * tolerance_after(stores)}};
}

}  // namespace isoflop::bench
