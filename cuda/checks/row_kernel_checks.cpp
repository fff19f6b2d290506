// Everything that moves rows: permutation, activation, combine, and their backwards, against sums
// in float64. The positions are those of the host, so that a fault is found where it is.
#include "cuda/kernels/activation_math.hpp"
#include "cuda/layer/inputs.hpp"
#include "cuda/checks/kernel_check_parts.hpp"

namespace isoflop::bench {
namespace {

using Bits = std::vector<std::uint16_t>;

Bits normal_bits(std::size_t count, float scale, Random& random) {
  Bits out(count);
  for (std::uint16_t& x : out) x = to_bf16(scale * static_cast<float>(random.normal()));
  return out;
}

struct RowsCase {
  std::string name;
  Positions positions;
};

std::vector<RowsCase> rows_cases(const MoeLayer& layer, Random& random) {
  const std::uint64_t num_experts = layer.experts.num_experts;
  const std::vector<std::int32_t> ids = random_ids(layer, num_experts, random);
  const std::uint64_t mean = (layer.num_rows() + num_experts - 1) / num_experts;
  const std::uint64_t used = std::max(layer.experts.top_k, num_experts / 2);
  return {
      {"all rows", find_positions(ids, num_experts)},
      {"drops and padding", find_positions(random_ids(layer, used, random), num_experts, mean)}};
}

class RowChecks {
 public:
  RowChecks(const MoeLayer& layer, const RowsCase& c, std::vector<CheckItem>& items)
      : layer_(layer),
        d_(layer.d_model),
        top_k_(layer.experts.top_k),
        p_(c.positions),
        name_(": " + c.name),
        row_of_(upload(p_.row_of)),
        slot_of_(upload(p_.slot_of)),
        items_(items) {}

  void check_permute(const Bits& x) {
    const DeviceArray<std::uint16_t> device_x = upload(x);
    const auto gathered = poisoned<std::uint16_t>(num_rows() * d_);
    const auto scattered = poisoned<std::uint16_t>(num_rows() * d_);
    launch_permute(layer_, as_bf16(device_x), slot_of_.data(), num_rows(), as_bf16(gathered),
                   nullptr);
    launch_permute_by_token(layer_, as_bf16(device_x), row_of_.data(), slot_of_.data(), num_rows(),
                            as_bf16(scattered), nullptr);
    Bits expected(num_rows() * d_, 0);
    for (std::size_t row = 0; row < num_rows(); ++row) {
      if (p_.slot_of[row] == kPadding) continue;
      const std::size_t token = static_cast<std::size_t>(p_.slot_of[row]) / top_k_;
      std::copy_n(x.data() + token * d_, d_, expected.data() + row * d_);
    }
    items_.push_back(same_bits("permute" + name_, expected, fetch(gathered)));
    items_.push_back(same_bits("permute_by_token" + name_, expected, fetch(scattered)));
  }

  void check_sums(const Bits& y, const std::vector<float>& weights) {
    const DeviceArray<std::uint16_t> device_y = upload(y);
    const DeviceArray<float> device_weights = upload(weights);
    const auto combined = poisoned<std::uint16_t>(layer_.tokens * d_);
    const auto summed = poisoned<std::uint16_t>(layer_.tokens * d_);
    launch_combine(layer_, as_bf16(device_y), row_of_.data(), device_weights.data(),
                   as_bf16(combined), nullptr);
    launch_permute_backward(layer_, as_bf16(device_y), row_of_.data(), as_bf16(summed), nullptr);
    const Reals reals = bench::to_real(std::span(y));
    Reals expected(layer_.tokens * d_, 0.0), expected_sum = expected;
    for (std::size_t slot = 0; slot < p_.row_of.size(); ++slot) {
      if (p_.row_of[slot] == kDropped) continue;
      const RealSpan row = row_in(reals, p_.row_of[slot]);
      const std::size_t begin = slot / top_k_ * d_;
      add_scaled(weights[slot], row, std::span(expected).subspan(begin, d_));
      add_scaled(1.0, row, std::span(expected_sum).subspan(begin, d_));
    }
    close("combine", expected, fetch_reals(combined), kStoreTolerance);
    close("permute_backward", expected_sum, fetch_reals(summed), kStoreTolerance);
  }

  void check_combine_backward(const Bits& d_out, const Bits& y, const std::vector<float>& weights) {
    const DeviceArray<std::uint16_t> device_d_out = upload(d_out), device_y = upload(y);
    const DeviceArray<float> device_weights = upload(weights);
    const auto dy = poisoned<std::uint16_t>(num_rows() * d_);
    const auto d_weights = poisoned<float>(p_.row_of.size());
    launch_combine_backward(layer_, as_bf16(device_d_out), as_bf16(device_y), row_of_.data(),
                            slot_of_.data(), num_rows(), device_weights.data(), as_bf16(dy),
                            d_weights.data(), nullptr);
    const Reals gradients = bench::to_real(std::span(d_out)), reals = bench::to_real(std::span(y));
    Reals expected(num_rows() * d_, 0.0), expected_weights(p_.row_of.size(), 0.0);
    for (std::size_t slot = 0; slot < p_.row_of.size(); ++slot) {
      if (p_.row_of[slot] == kDropped) continue;
      const RealSpan of_token = RealSpan(gradients).subspan(slot / top_k_ * d_, d_);
      expected_weights[slot] = dot(of_token, row_in(reals, p_.row_of[slot]));
      const std::size_t begin = static_cast<std::size_t>(p_.row_of[slot]) * d_;
      add_scaled(weights[slot], of_token, std::span(expected).subspan(begin, d_));
    }
    close("combine_backward dy", expected, fetch_reals(dy), kStoreTolerance);
    close("combine_backward dw", expected_weights, to_real(fetch(d_weights)), kFp32Tolerance);
  }

  std::size_t num_rows() const { return p_.slot_of.size(); }

 private:
  RealSpan row_in(const Reals& rows, std::int32_t row) const {
    return RealSpan(rows).subspan(static_cast<std::size_t>(row) * d_, d_);
  }
  static Reals fetch_reals(const DeviceArray<std::uint16_t>& array) {
    return bench::to_real(std::span<const std::uint16_t>(fetch(array)));
  }
  void close(const std::string& what, const Reals& expected, const Reals& actual,
             double tolerance) {
    items_.push_back({what + name_, relative_error(expected, actual), tolerance});
  }

  const MoeLayer& layer_;
  std::size_t d_, top_k_;
  const Positions& p_;
  std::string name_;
  DeviceArray<std::int32_t> row_of_, slot_of_;
  std::vector<CheckItem>& items_;
};

void check_activation(const MoeLayer& layer, Random& random, std::vector<CheckItem>& items) {
  const std::size_t n = layer.experts.expert_width, width = layer.up_width();
  const std::size_t rows = layer.num_rows();
  const Bits h_bits = normal_bits(rows * width, 3.0f, random);  // both tails of the activation
  const Bits da_bits = normal_bits(rows * n, 1.0f, random);
  const DeviceArray<std::uint16_t> device_h = upload(h_bits), device_da = upload(da_bits);
  const auto a = poisoned<std::uint16_t>(rows * n), dh = poisoned<std::uint16_t>(rows * width);
  launch_activation(layer, as_bf16(device_h), rows, as_bf16(a), nullptr);
  launch_activation_backward(layer, as_bf16(device_h), as_bf16(device_da), rows, as_bf16(dh),
                             nullptr);
  const Reals h = to_real(std::span<const std::uint16_t>(h_bits));
  const Reals da = to_real(std::span<const std::uint16_t>(da_bits));
  const bool is_gated = layer.activation == Activation::kSwiGlu;
  Reals expected(rows * n), expected_dh(rows * width);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t c = 0; c < n; ++c) {
      const std::size_t gate = row * width + c, i = row * n + c;
      const Activated x = bench::activate(layer.activation, h[gate], is_gated ? h[gate + n] : 0.0);
      expected[i] = x.value;
      expected_dh[gate] = da[i] * x.d_gate;
      if (is_gated) expected_dh[gate + n] = da[i] * x.d_up;
    }
  }
  auto close = [&](const std::string& what, const Reals& reals, const Bits& actual) {
    items.push_back({what, relative_error(reals, to_real(std::span(actual))), kStoreTolerance});
  };
  close("activation", expected, fetch(a));
  close("activation_backward", expected_dh, fetch(dh));
}

}  // namespace

void check_row_kernels(const MoeLayer& layer, std::uint64_t seed, std::vector<CheckItem>& items) {
  Random random(seed);
  const Bits x = normal_bits(layer.tokens * layer.d_model, 1.0f, random);
  const std::vector<float> weights = normal_floats(layer.num_rows(), random);
  for (const RowsCase& c : rows_cases(layer, random)) {
    RowChecks checks(layer, c, items);
    const Bits y = normal_bits(checks.num_rows() * layer.d_model, 1.0f, random);
    checks.check_permute(x);
    checks.check_sums(y, weights);
    checks.check_combine_backward(x, y, weights);
  }
  check_activation(layer, random, items);
}

}  // namespace isoflop::bench
