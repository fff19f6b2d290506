#include "cuda/checks/spot_check.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "cuda/checks/comparison.hpp"
#include "isoflop/core/parallel.hpp"
#include "isoflop/core/random.hpp"

namespace isoflop::bench {
namespace {

// What was expected and found in all spots of one kind.
struct Pile {
  Reals expected, actual;
  void add(const Reals& more_expected, const Reals& more_actual) {
    expected.insert(expected.end(), more_expected.begin(), more_expected.end());
    actual.insert(actual.end(), more_actual.begin(), more_actual.end());
  }
  CheckItem judge(const char* what, double tolerance) const {
    return {what, relative_error(expected, actual), tolerance};
  }
};

// A relative change of a weight is at most twice the largest change of a logit (compare_ids says
// how much that is in fp32); a few roundings of exp and the division come on top.
double weight_tolerance(const MoeLayer& layer, double largest_scale) {
  return std::sqrt(static_cast<double>(layer.d_model)) * 0x1p-22 * largest_scale + 0x1p-20;
}

void check_tokens(const SpotReference& reference, const OutputFetcher& fetch,
                  std::span<const std::int32_t> ids, std::span<const std::int32_t> row_of,
                  std::uint64_t count, Random& random, std::vector<CheckItem>& items) {
  const MoeLayer& layer = reference.layer();
  const std::size_t top_k = layer.experts.top_k;
  Pile weights, out, d_logits, d_x;
  double largest_scale = 0.0;
  std::vector<std::size_t> tokens(count);
  for (std::size_t& t : tokens) t = random.below(layer.tokens);
  std::vector<TokenResult> expected(count);
  parallel_for(count, 0, [&](std::size_t i) {
    const std::size_t t = tokens[i];
    expected[i] = reference.token(t, ids.subspan(t * top_k, top_k),
                                  row_of.empty() ? row_of : row_of.subspan(t * top_k, top_k));
  });
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t t = tokens[i];
    largest_scale = std::max(largest_scale, reference.logits(t).scale);
    weights.add(expected[i].weights, fetch(Output::kWeights, t, 1));
    out.add(expected[i].out, fetch(Output::kOut, t, 1));
    d_logits.add(expected[i].d_logits, fetch(Output::kDLogits, t, 1));
    d_x.add(expected[i].d_x, fetch(Output::kDX, t, 1));
  }
  const StoreCounts stores = count_stores(layer);
  items.push_back(weights.judge("weights", weight_tolerance(layer, largest_scale)));
  items.push_back(out.judge("out", tolerance_after(stores.out)));
  items.push_back(d_logits.judge("dlogits", tolerance_after(stores.d_logits)));
  items.push_back(d_x.judge("dX", tolerance_after(stores.d_x)));
}

std::vector<RoutedToken> kept_rows(std::uint64_t expert, std::span<const std::int32_t> ids,
                                   std::span<const std::int32_t> row_of, std::size_t top_k,
                                   const OutputFetcher& fetch) {
  std::vector<RoutedToken> out;
  for (std::size_t slot = 0; slot < ids.size(); ++slot) {
    if (static_cast<std::uint64_t>(ids[slot]) != expert) continue;
    if (!row_of.empty() && row_of[slot] == kDropped) continue;
    const std::size_t t = slot / top_k;
    out.push_back({t, fetch(Output::kWeights, t, 1).at(slot % top_k)});
  }
  return out;
}

void check_units(const SpotReference& reference, const OutputFetcher& fetch,
                 std::span<const std::int32_t> ids, std::span<const std::int32_t> row_of,
                 std::uint64_t count, Random& random, std::vector<CheckItem>& items) {
  const MoeLayer& layer = reference.layer();
  const std::size_t d = layer.d_model, n = layer.experts.expert_width;
  std::vector<std::uint64_t> experts;
  // Experts of random slots: of some a slot exists, so there is something to expect.
  for (std::uint64_t i = 0; i < count; ++i) {
    experts.push_back(static_cast<std::uint64_t>(ids[random.below(ids.size())]));
  }
  const auto rows = count_rows({ids.begin(), ids.end()}, layer.experts.num_experts);
  const auto empty = std::find(rows.begin(), rows.end(), 0);
  if (empty != rows.end()) experts.push_back(static_cast<std::uint64_t>(empty - rows.begin()));

  std::vector<std::size_t> units(experts.size());
  for (std::size_t& unit : units) unit = random.below(n);
  std::vector<UnitResult> expected(experts.size());
  parallel_for(experts.size(), 0, [&](std::size_t i) {
    expected[i] = reference.unit(experts[i], units[i],
                                 kept_rows(experts[i], ids, row_of, layer.experts.top_k, fetch));
  });
  Pile d_w1, d_w2;
  for (std::size_t i = 0; i < experts.size(); ++i) {
    const std::uint64_t expert = experts[i];
    const std::size_t unit = units[i];
    Reals actual = fetch(Output::kDW1, expert * layer.up_width() + unit, 1);
    if (layer.num_up() == 2) {
      const Reals up = fetch(Output::kDW1, expert * layer.up_width() + n + unit, 1);
      actual.insert(actual.end(), up.begin(), up.end());
    }
    d_w1.add(expected[i].d_w1, actual);
    const Reals block = fetch(Output::kDW2, expert * d, d);
    Reals column(d);
    for (std::size_t j = 0; j < d; ++j) column[j] = block.at(j * n + unit);
    d_w2.add(expected[i].d_w2, column);
  }
  const StoreCounts stores = count_stores(layer);
  items.push_back(d_w1.judge("dW1", tolerance_after(stores.d_w1)));
  items.push_back(d_w2.judge("dW2", tolerance_after(stores.d_w2)));
}

void check_router_rows(const SpotReference& reference, const OutputFetcher& fetch,
                       std::uint64_t count, Random& random, std::vector<CheckItem>& items) {
  constexpr std::uint64_t kBlock = 1024;  // rows of dlogits on the host at a time
  const MoeLayer& layer = reference.layer();
  const std::size_t num_experts = layer.experts.num_experts;
  std::vector<std::size_t> experts;
  for (std::uint64_t i = 0; i < count; ++i) experts.push_back(random.below(num_experts));
  std::vector<Reals> columns(experts.size());
  for (std::uint64_t first = 0; first < layer.tokens; first += kBlock) {
    const std::uint64_t rows = std::min(kBlock, layer.tokens - first);
    const Reals block = fetch(Output::kDLogits, first, rows);
    for (std::size_t i = 0; i < experts.size(); ++i) {
      for (std::size_t t = 0; t < rows; ++t) {
        columns[i].push_back(block.at(t * num_experts + experts[i]));
      }
    }
  }
  Pile d_w_router;
  for (std::size_t i = 0; i < experts.size(); ++i) {
    d_w_router.add(reference.router_row(columns[i]), fetch(Output::kDWRouter, experts[i], 1));
  }
  items.push_back(d_w_router.judge("dW_router", tolerance_after(1)));
}

}  // namespace

std::vector<CheckItem> check_spots(const SpotReference& reference, const OutputFetcher& fetch,
                                   const std::vector<std::int32_t>& ids,
                                   const std::vector<std::int32_t>& row_of, std::uint64_t seed,
                                   const SpotCounts& counts) {
  Random random(seed);
  std::vector<CheckItem> items;
  check_tokens(reference, fetch, ids, row_of, counts.tokens, random, items);
  check_units(reference, fetch, ids, row_of, counts.units, random, items);
  check_router_rows(reference, fetch, counts.experts, random, items);
  return items;
}

}  // namespace isoflop::bench
