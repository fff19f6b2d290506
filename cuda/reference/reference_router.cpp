#include "cuda/reference/reference_router.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace isoflop::bench {

Reals softmax(RealSpan logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  Reals out(logits.size());
  double sum = 0.0;
  for (std::size_t e = 0; e < out.size(); ++e) sum += out[e] = std::exp(logits[e] - largest);
  for (double& p : out) p /= sum;
  return out;
}

Reals weights_of(RealSpan probabilities, std::span<const std::int32_t> ids, bool renormalize) {
  Reals out;
  for (const std::int32_t id : ids) out.push_back(probabilities[static_cast<std::size_t>(id)]);
  if (renormalize) {
    const double sum = std::accumulate(out.begin(), out.end(), 0.0);
    for (double& w : out) w /= sum;
  }
  return out;
}

Reals logit_gradients(RealSpan probabilities, std::span<const std::int32_t> ids, RealSpan d_weights,
                      bool renormalize) {
  const Reals weights = weights_of(probabilities, ids, renormalize);
  const double mean = dot(weights, d_weights);
  Reals out(probabilities.size(), 0.0);
  if (!renormalize) {
    for (std::size_t e = 0; e < out.size(); ++e) out[e] = -probabilities[e] * mean;
  }
  for (std::size_t k = 0; k < ids.size(); ++k) {
    out[static_cast<std::size_t>(ids[k])] = weights[k] * (d_weights[k] - mean);
  }
  return out;
}

std::vector<std::int32_t> top_experts(RealSpan logits, std::uint64_t top_k) {
  std::vector<std::int32_t> ids(logits.size());
  std::iota(ids.begin(), ids.end(), 0);
  std::partial_sort(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(top_k), ids.end(),
                    [&](std::int32_t a, std::int32_t b) {
                      const double la = logits[static_cast<std::size_t>(a)];
                      const double lb = logits[static_cast<std::size_t>(b)];
                      return la != lb ? la > lb : a < b;
                    });
  ids.resize(top_k);
  return ids;
}

}  // namespace isoflop::bench
