#include "cuda/checks/product_checks.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "cuda/checks/kernel_check_parts.hpp"
#include "cuda/kernels/activation_math.hpp"
#include "cuda/layer/inputs.hpp"
#include "isoflop/core/random.hpp"

namespace isoflop::bench {
namespace {

using Bits = std::vector<std::uint16_t>;

constexpr std::size_t kGuard = 4096;  ///< numbers behind an output

double real(std::uint16_t bits) { return static_cast<double>(from_bf16(bits)); }

/// A tensor of seeded numbers, here and on the device.
struct Operand {
  Bits bits;
  DeviceArray<std::uint16_t> device;
  Operand(std::size_t count, double scale, Random& random)
      : bits(drawn(count, scale, random)), device(upload(bits)) {}
  double at(std::size_t i) const { return real(bits[i]); }

  static Bits drawn(std::size_t count, double scale, Random& random) {
    Bits out(count);
    for (std::uint16_t& x : out) x = to_bf16(static_cast<float>(scale * random.normal()));
    return out;
  }
};

class ProductChecks {
 public:
  ProductChecks(GemmBackend& backend, const MoeLayer& layer, std::span<const std::int32_t> counts,
                std::uint64_t seed, int repeats)
      : backend_(backend),
        repeats_(repeats),
        layer_(layer),
        rows_(layer.num_rows()),
        d_(layer.d_model),
        n_(layer.experts.expert_width),
        un_(layer.up_width()),
        experts_(layer.experts.num_experts),
        random_(seed),
        slot_of_(shuffled_slots()),
        expert_of_(rows_),
        weights_(normal_floats(rows_, random_)),
        x_(layer.tokens * d_, 1.0, random_),
        x_rows_(rows_ * d_, 1.0, random_),
        h_(rows_ * un_, 1.0, random_),
        a_(rows_ * n_, 1.0, random_),
        w1_(experts_ * un_ * d_, 0.1, random_),
        w2_(experts_ * d_ * n_, 0.1, random_),
        device_slot_of_(upload(slot_of_)),
        device_weights_(upload(weights_)) {
    expert_rows_.counts.assign(counts.begin(), counts.end());
    expert_rows_.offsets.assign(1, 0);
    for (std::size_t e = 0; e < experts_; ++e) {
      const std::int32_t first = expert_rows_.offsets.back();
      expert_rows_.offsets.push_back(first + counts[e]);
      for (std::int32_t r = 0; r < counts[e]; ++r) {
        expert_of_[static_cast<std::size_t>(first + r)] = e;
      }
    }
    device_counts_.emplace(upload(expert_rows_.counts));
    device_offsets_.emplace(upload(expert_rows_.offsets));
    expert_rows_.device_counts = device_counts_->data();
    expert_rows_.device_offsets = device_offsets_->data();
  }

  std::vector<CheckItem> run() {
    backend_.tune(layer_, plain_products(), expert_rows_, nullptr);
    backend_.begin_pass(layer_, expert_rows_, nullptr);
    const Fusion fusion = backend_.can_fuse();
    for (const bool gathers : {false, true}) {
      if (gathers && !fusion.gather) continue;
      check_up(gathers);
      if (fusion.activation) check_up_with_activation(gathers);
      check_down_wgrad(gathers);
      check_up_wgrad(gathers);
      if (fusion.activation && fusion.combination) check_down_dgrad_with_weights(gathers);
    }
    check_down(nullptr);
    if (fusion.combination) check_down(device_weights_.data());
    check_down_dgrad();
    if (fusion.activation) check_down_dgrad_with_activation();
    check_up_dgrad();
    return std::move(items_);
  }

 private:
  std::vector<std::int32_t> shuffled_slots() {
    std::vector<std::int32_t> out(rows_);
    std::iota(out.begin(), out.end(), 0);
    for (std::size_t i = rows_; i > 1; --i) std::swap(out[i - 1], out[random_.below(i)]);
    return out;
  }

  std::size_t token_of(std::size_t row) const {
    return static_cast<std::size_t>(slot_of_[row]) / layer_.experts.top_k;
  }
  double weight_of(std::size_t row) const {
    return static_cast<double>(weights_[static_cast<std::size_t>(slot_of_[row])]);
  }
  /// Number k of row `row` of d numbers, of X or dOut.
  double x_at(std::size_t row, std::size_t k, bool gathers) const {
    return gathers ? x_.at(token_of(row) * d_ + k) : x_rows_.at(row * d_ + k);
  }
  const Bf16* x_operand(bool gathers) const {
    return as_bf16(gathers ? x_.device : x_rows_.device);
  }
  FusedOperands gathering(bool gathers) const {
    return {.slot_of = device_slot_of_.data(), .gathers = gathers};
  }

  std::vector<ExpertProduct> plain_products() {
    tuned_.clear();
    std::vector<ExpertProduct> out;
    auto add = [&](ExpertGemm kind, const Operand& left, const Operand& right, std::size_t count) {
      tuned_.push_back(poisoned<std::uint16_t>(count));
      out.push_back({kind, as_bf16(left.device), as_bf16(right.device), tuned_.back().data()});
    };
    add(ExpertGemm::kUp, x_rows_, w1_, rows_ * un_);
    add(ExpertGemm::kDown, a_, w2_, rows_ * d_);
    add(ExpertGemm::kDownDgrad, x_rows_, w2_, rows_ * n_);
    add(ExpertGemm::kDownWgrad, x_rows_, a_, experts_ * d_ * n_);
    add(ExpertGemm::kUpDgrad, h_, w1_, rows_ * d_);
    add(ExpertGemm::kUpWgrad, h_, x_rows_, experts_ * un_ * d_);
    return out;
  }

  /// Sum over k of left(row, k) times W_e: rows of it [columns, depth] or transposed [depth,
  /// columns].
  template <class Left>
  double row_sum(const Left& left, const Operand& w, std::size_t row, std::size_t column,
                 std::size_t columns, std::size_t depth, bool transposed) const {
    const std::size_t first = expert_of_[row] * columns * depth;
    double sum = 0.0;
    for (std::size_t k = 0; k < depth; ++k) {
      sum += left(row, k) * w.at(first + (transposed ? k * columns + column : column * depth + k));
    }
    return sum;
  }
  template <class Value>
  Reals by_row(std::size_t columns, const Value& value) const {
    Reals out;
    out.reserve(rows_ * columns);
    for (std::size_t row = 0; row < rows_; ++row) {
      for (std::size_t column = 0; column < columns; ++column) out.push_back(value(row, column));
    }
    return out;
  }
  template <class Left, class Right>
  Reals by_expert(std::size_t height, std::size_t width, const Left& left,
                  const Right& right) const {
    Reals out(experts_ * height * width, 0.0);
    for (std::size_t row = 0; row < rows_; ++row) {
      double* const to = out.data() + expert_of_[row] * height * width;
      for (std::size_t i = 0; i < height; ++i) {
        const double l = left(row, i);
        for (std::size_t j = 0; j < width; ++j) to[i * width + j] += l * right(row, j);
      }
    }
    return out;
  }

  /// An output of so many numbers, which begin as NaN and have a guard behind them.
  static DeviceArray<std::uint16_t> output(std::size_t count) {
    return poisoned<std::uint16_t>(count + kGuard);
  }
  void compare(const std::string& what, const Reals& expected,
               const DeviceArray<std::uint16_t>& got) {
    const Bits bits = fetch(got);
    Reals actual;
    for (std::size_t i = 0; i < expected.size(); ++i) actual.push_back(real(bits[i]));
    items_.push_back({what, relative_error(expected, actual), tolerance_after(1)});
    double written = 0.0;
    for (std::size_t i = expected.size(); i < bits.size(); ++i)
      written += bits[i] != 0xffff ? 1.0 : 0.0;
    items_.push_back({what + ": behind it", written, 0.0});
  }
  /// Runs it, and again: the bits have to be the same.
  void run_product(const ExpertProduct& x, const DeviceArray<std::uint16_t>& out,
                   const DeviceArray<std::uint16_t>* activated = nullptr) {
    backend_.run(layer_, x, expert_rows_, nullptr);
    CheckItem item{"the same again", 0.0, 0.0};
    for (int i = 0; i < repeats_; ++i) {
      const Bits first = fetch(out), beside = activated == nullptr ? Bits{} : fetch(*activated);
      backend_.run(layer_, x, expert_rows_, nullptr);
      item.error += same_bits("", first, fetch(out)).error;
      if (activated != nullptr) item.error += same_bits("", beside, fetch(*activated)).error;
    }
    items_.push_back(std::move(item));
  }
  void run_product(ExpertGemm kind, const Bf16* left, const Operand& right,
                   const DeviceArray<std::uint16_t>& out, const FusedOperands& fused = {},
                   const DeviceArray<std::uint16_t>* activated = nullptr) {
    run_product({kind, left, as_bf16(right.device), out.data(), fused}, out, activated);
  }
  static std::string name(const char* what, bool gathers) {
    return std::string(what) + (gathers ? ", gathered" : "");
  }

  double activation(double gate, double up) const {
    const double value = activation_value(layer_.activation, gate);
    return layer_.activation == Activation::kSwiGlu ? value * up : value;
  }

  void check_up(bool gathers) {
    const auto out = output(rows_ * un_);
    run_product(ExpertGemm::kUp, x_operand(gathers), w1_, out, gathering(gathers));
    auto left = [&](std::size_t row, std::size_t k) { return x_at(row, k, gathers); };
    compare(name("up", gathers),
            by_row(un_,
                   [&](std::size_t row, std::size_t column) {
                     return row_sum(left, w1_, row, column, un_, d_, false);
                   }),
            out);
  }

  void check_up_with_activation(bool gathers) {
    const auto out = output(rows_ * un_), activated = output(rows_ * n_);
    FusedOperands fused = gathering(gathers);
    fused.activated = as_bf16(activated);
    run_product(ExpertGemm::kUp, x_operand(gathers), w1_, out, fused, &activated);
    auto left = [&](std::size_t row, std::size_t k) { return x_at(row, k, gathers); };
    const Reals h = by_row(un_, [&](std::size_t row, std::size_t column) {
      return row_sum(left, w1_, row, column, un_, d_, false);
    });
    compare(name("up with its activation: H", gathers), h, out);
    compare(name("up with its activation: A", gathers),
            by_row(n_,
                   [&](std::size_t row, std::size_t i) {
                     return activation(h[row * un_ + i], h[row * un_ + i + un_ - n_]);
                   }),
            activated);
  }

  void check_down(const float* weights) {
    const auto out = output(rows_ * d_);
    FusedOperands fused;
    fused.weights = weights;
    if (weights != nullptr) fused.slot_of = device_slot_of_.data();
    run_product(ExpertGemm::kDown, as_bf16(a_.device), w2_, out, fused);
    auto left = [&](std::size_t row, std::size_t k) { return a_.at(row * n_ + k); };
    compare(weights == nullptr ? "down" : "down, weighted",
            by_row(d_,
                   [&](std::size_t row, std::size_t column) {
                     const double sum = row_sum(left, w2_, row, column, d_, n_, false);
                     return weights == nullptr ? sum : weight_of(row) * sum;
                   }),
            out);
  }

  /// dY W2 or dO W2.
  Reals down_dgrad(bool gathers) const {
    auto left = [&](std::size_t row, std::size_t k) { return x_at(row, k, gathers); };
    return by_row(n_, [&](std::size_t row, std::size_t column) {
      return row_sum(left, w2_, row, column, n_, d_, true);
    });
  }
  void check_down_dgrad() {
    const auto out = output(rows_ * n_);
    run_product(ExpertGemm::kDownDgrad, as_bf16(x_rows_.device), w2_, out);
    compare("down dgrad", down_dgrad(false), out);
  }

  double gate_at(std::size_t row, std::size_t i) const { return h_.at(row * un_ + i); }
  double up_at(std::size_t row, std::size_t i) const { return h_.at(row * un_ + i + un_ - n_); }
  /// dH [R, u n] from dA.
  Reals d_h(const Reals& d_a) const {
    return by_row(un_, [&](std::size_t row, std::size_t column) {
      const std::size_t i = column % n_;
      const double gate = gate_at(row, i), da = d_a[row * n_ + i];
      if (column >= n_) return da * activation_value(layer_.activation, gate);
      const double slope = da * activation_derivative(layer_.activation, gate);
      return un_ == n_ ? slope : slope * up_at(row, i);
    });
  }

  void check_down_dgrad_with_activation() {
    const auto out = output(rows_ * un_);
    FusedOperands fused;
    fused.h = as_bf16(h_.device);
    run_product(ExpertGemm::kDownDgrad, as_bf16(x_rows_.device), w2_, out, fused);
    compare("down dgrad with its activation", d_h(down_dgrad(false)), out);
  }

  void check_down_dgrad_with_weights(bool gathers) {
    const auto out = output(rows_ * un_), activated = output(rows_ * n_);
    const auto d_weights = poisoned<float>(rows_);
    FusedOperands fused = gathering(gathers);
    fused.h = as_bf16(h_.device);
    fused.weights = device_weights_.data();
    fused.activated = as_bf16(activated);
    fused.d_weights = d_weights.data();
    run_product(ExpertGemm::kDownDgrad, x_operand(gathers), w2_, out, fused, &activated);

    const Reals product = down_dgrad(gathers);
    Reals d_a = product, scaled, expected(rows_, 0.0);
    for (std::size_t row = 0; row < rows_; ++row) {
      double sum = 0.0;
      for (std::size_t i = 0; i < n_; ++i) {
        const double a = activation(gate_at(row, i), up_at(row, i));
        d_a[row * n_ + i] *= weight_of(row);
        scaled.push_back(weight_of(row) * a);
        sum += product[row * n_ + i] * a;
      }
      expected[static_cast<std::size_t>(slot_of_[row])] = sum;
    }
    compare(name("down dgrad with weights: dH", gathers), d_h(d_a), out);
    compare(name("down dgrad with weights: A", gathers), scaled, activated);
    items_.push_back({name("down dgrad with weights: their gradients", gathers),
                      relative_error(expected, to_real(fetch(d_weights))), kFp32Tolerance});
  }

  void check_up_dgrad() {
    const auto out = output(rows_ * d_);
    run_product(ExpertGemm::kUpDgrad, as_bf16(h_.device), w1_, out);
    auto left = [&](std::size_t row, std::size_t k) { return h_.at(row * un_ + k); };
    compare("up dgrad",
            by_row(d_,
                   [&](std::size_t row, std::size_t column) {
                     return row_sum(left, w1_, row, column, d_, un_, true);
                   }),
            out);
  }

  void check_down_wgrad(bool gathers) {
    const auto out = output(experts_ * d_ * n_);
    run_product(ExpertGemm::kDownWgrad, x_operand(gathers), a_, out, gathering(gathers));
    compare(name("down wgrad", gathers),
            by_expert(
                d_, n_, [&](std::size_t row, std::size_t i) { return x_at(row, i, gathers); },
                [&](std::size_t row, std::size_t j) { return a_.at(row * n_ + j); }),
            out);
  }
  void check_up_wgrad(bool gathers) {
    const auto out = output(experts_ * un_ * d_);
    run_product({ExpertGemm::kUpWgrad, as_bf16(h_.device), x_operand(gathers), out.data(),
                 gathering(gathers)},
                out);
    compare(name("up wgrad", gathers),
            by_expert(
                un_, d_, [&](std::size_t row, std::size_t i) { return h_.at(row * un_ + i); },
                [&](std::size_t row, std::size_t j) { return x_at(row, j, gathers); }),
            out);
  }

  GemmBackend& backend_;
  int repeats_;
  MoeLayer layer_;
  std::size_t rows_, d_, n_, un_, experts_;
  Random random_;
  std::vector<std::int32_t> slot_of_;
  std::vector<std::size_t> expert_of_;
  std::vector<float> weights_;
  Operand x_, x_rows_, h_, a_, w1_, w2_;
  DeviceArray<std::int32_t> device_slot_of_;
  DeviceArray<float> device_weights_;
  std::optional<DeviceArray<std::int32_t>> device_counts_, device_offsets_;
  ExpertRows expert_rows_;
  std::vector<DeviceArray<std::uint16_t>> tuned_;
  std::vector<CheckItem> items_;
};

}  // namespace

ProductCase product_case_of(const MoeLayer& layer) {
  // Sums of so many terms take a second or two; a part of 160 rows, a box of 64 and a step of 8,
  // each with one row more or less, are in most cases among the counts.
  constexpr double kMostTerms = 0x1p27;
  const double per_row = static_cast<double>(layer.d_model * layer.up_width());
  const auto most = static_cast<std::int32_t>(std::clamp(kMostTerms / per_row, 4.0, 400.0));
  ProductCase out{layer, {}};
  std::int32_t left = most;
  for (const std::int32_t count : {1, 0, 63, 9, 161, 65}) {
    out.counts.push_back(std::min(count, left));
    left -= out.counts.back();
  }
  out.counts.push_back(left);
  std::int32_t rows = most;
  out.layer.experts.top_k = 2;
  if (rows % 2 != 0) ++rows, ++out.counts.back();
  out.layer.tokens = static_cast<std::uint64_t>(rows / 2);
  out.layer.experts.num_experts = out.counts.size();
  return out;
}

std::vector<CheckItem> check_products(GemmBackend& backend, const MoeLayer& layer,
                                      std::span<const std::int32_t> counts, std::uint64_t seed,
                                      int repeats) {
  return ProductChecks(backend, layer, counts, seed, repeats).run();
}

}  // namespace isoflop::bench
