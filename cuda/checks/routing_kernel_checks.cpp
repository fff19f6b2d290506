// Softmax and top-k, their backward, and the seeded numbers, against the reference of the router.
#include "cuda/layer/inputs.hpp"
#include "cuda/checks/kernel_check_parts.hpp"
#include "cuda/reference/reference_router.hpp"

namespace isoflop::bench {
namespace {

struct LogitsCase {
  std::string name;
  std::vector<float> logits;             ///< [T, E']
  std::vector<std::int32_t> forced_ids;  ///< [T, K], or empty
};

std::vector<LogitsCase> logits_cases(const MoeLayer& layer, Random& random) {
  const std::size_t count = layer.tokens * layer.experts.num_experts;
  std::vector<float> ties(count), rising(count);
  for (std::size_t i = 0; i < count; ++i) {
    ties[i] = static_cast<float>(random.below(3)) - 1.0f;
    if (ties[i] == 0.0f && i % 2 == 0) ties[i] = -0.0f;  // ties with 0
    // The best ones are neighbours at the end of a row.
    rising[i] = 4.0f * static_cast<float>(i % layer.experts.num_experts) /
                static_cast<float>(layer.experts.num_experts);
  }
  const std::vector<float> normal = normal_floats(count, random);
  return {{"normal logits", normal, {}},
          {"ties", ties, {}},
          {"equal logits", std::vector<float>(count, 0.5f), {}},
          {"rising logits", rising, {}},
          {"forced ids", normal, random_ids(layer, layer.experts.num_experts, random)}};
}

void check_case(const MoeLayer& layer, const LogitsCase& c, Random& random,
                std::vector<CheckItem>& items) {
  const std::size_t num_experts = layer.experts.num_experts, top_k = layer.experts.top_k;
  const std::size_t tokens = layer.tokens, slots = tokens * top_k;
  const DeviceArray<float> logits = upload(c.logits), weights = poisoned<float>(slots);
  const DeviceArray<float> log_sum = poisoned<float>(tokens);
  const DeviceArray<std::int32_t> chosen_ids = poisoned<std::int32_t>(slots);
  const DeviceArray<std::int32_t> ids = poisoned<std::int32_t>(slots);
  const bool is_forced = !c.forced_ids.empty();
  const DeviceArray<std::int32_t> forced_ids =
      upload(is_forced ? c.forced_ids : std::vector<std::int32_t>(1, 0));
  RoutingBuffers routing{};
  routing.logits = logits.data();
  routing.forced_ids = is_forced ? forced_ids.data() : nullptr;
  routing.chosen_ids = chosen_ids.data();
  routing.ids = ids.data();
  routing.weights = weights.data();
  routing.log_sum = log_sum.data();
  launch_softmax_topk(layer, routing, nullptr);

  const std::vector<float> d_weights = normal_floats(slots, random);
  const DeviceArray<float> device_d_weights = upload(d_weights);
  const auto d_logits = poisoned<std::uint16_t>(tokens * num_experts);
  launch_topk_backward(layer, routing, device_d_weights.data(), as_bf16(d_logits), nullptr);

  std::vector<std::int32_t> expected_chosen;
  Reals expected_weights, expected_log_sum, expected_gradients;
  for (std::size_t t = 0; t < tokens; ++t) {
    const float* const row = c.logits.data() + t * num_experts;
    const Reals of_token(row, row + num_experts);
    const std::vector<std::int32_t> best = top_experts(of_token, top_k);
    expected_chosen.insert(expected_chosen.end(), best.begin(), best.end());
    const std::vector<std::int32_t> used =
        is_forced ? std::vector<std::int32_t>(c.forced_ids.data() + t * top_k,
                                              c.forced_ids.data() + (t + 1) * top_k)
                  : best;
    const Reals probabilities = softmax(of_token);
    const Reals w = weights_of(probabilities, used, layer.renormalize);
    expected_weights.insert(expected_weights.end(), w.begin(), w.end());
    const auto favourite = static_cast<std::size_t>(best.front());
    expected_log_sum.push_back(of_token[favourite] - std::log(probabilities[favourite]));
    const Reals dw(d_weights.data() + t * top_k, d_weights.data() + (t + 1) * top_k);
    const Reals dl = logit_gradients(probabilities, used, dw, layer.renormalize);
    expected_gradients.insert(expected_gradients.end(), dl.begin(), dl.end());
  }
  auto close = [&](const std::string& what, const Reals& expected, const Reals& actual,
                   double tolerance) {
    items.push_back({what + ": " + c.name, relative_error(expected, actual), tolerance});
  };
  items.push_back(same_bits("chosen ids: " + c.name, expected_chosen, fetch(chosen_ids)));
  items.push_back(
      same_bits("ids: " + c.name, is_forced ? c.forced_ids : expected_chosen, fetch(ids)));
  close("weights", expected_weights, to_real(fetch(weights)), kFp32Tolerance);
  close("log_sum", expected_log_sum, to_real(fetch(log_sum)), kFp32Tolerance);
  close("topk_backward", expected_gradients, to_real(fetch(d_logits)), kStoreTolerance);
}

void check_fill(const MoeLayer& layer, std::uint64_t seed, std::vector<CheckItem>& items) {
  MoeLayer first = layer;
  first.tokens = std::min<std::uint64_t>(layer.tokens, 64);
  const std::vector<std::uint16_t> expected = make_tensor(first, Tensor::kX, seed);
  const auto filled = poisoned<std::uint16_t>(expected.size());
  launch_fill(as_bf16(filled), filled.size(), seed, static_cast<int>(Tensor::kX),
              scale_of(Tensor::kX), nullptr);
  items.push_back(same_bits("fill", expected, fetch(filled)));
}

}  // namespace

void check_routing_kernels(const MoeLayer& layer, std::uint64_t seed,
                           std::vector<CheckItem>& items) {
  Random random(seed);
  for (const LogitsCase& c : logits_cases(layer, random)) check_case(layer, c, random, items);
  check_fill(layer, seed, items);
}

}  // namespace isoflop::bench
