// The laws as the page fits them, in place of src/fit/fit_law.cpp and the code of every law behind
// it: one law that is any law, by its formula on Numbers. A tenth of the code, at half the speed.
#include "isoflop/fit/fit_law.hpp"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "isoflop/core/positive_part.hpp"
#include "isoflop/error.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/laws/list.hpp"
#include "number.hpp"

namespace isoflop {
namespace {

constexpr std::size_t kRoomP = SmallFormulaLaw::kCoefficientCapacity;
constexpr std::size_t kRoomV = SmallFormulaLaw::kVariableCapacity;

/// ln of the loss; theta and log_x [as many as the law has].
template <int Order>
using LogLoss = Number<Order> (*)(const Number<Order>* theta, const Batch* log_x);

template <Law L, int Order>
Number<Order> log_loss_of(const Number<Order>* theta, const Batch* log_x) {
  return [&]<std::size_t... P, std::size_t... V>(std::index_sequence<P...>,
                                                 std::index_sequence<V...>) {
    return L{}.log_loss(std::tie(theta[P]...), std::tie(log_x[V]...));
  }
  (std::make_index_sequence<kNumCoefficients<L>>{}, std::make_index_sequence<kNumVariablesOf<L>>{});
}

/// Any law, with the room of a SmallFormulaLaw.
class RunTimeLaw {
 public:
  static constexpr std::size_t kCoefficientCapacity = kRoomP;
  static constexpr std::size_t kVariableCapacity = kRoomV;
  static constexpr bool kTracks = true;

  explicit RunTimeLaw(const AnyLaw& law) : law_(law), facts_(isoflop::facts_of(law_)) {
    if (const FormulaLaw* formula = law_.formula()) {
      if (formula->is_large()) {
        throw InvalidArgument("law", "the page fits formulas of up to " + std::to_string(kRoomP) +
                                         " coefficients and " + std::to_string(kRoomV) +
                                         " variables; isoflop fit has room for more");
      }
      formula_.emplace(*formula);
    } else {
      for_each_law([&]<Law L>(const L&) {
        static_assert(kNumCoefficients<L> <= kRoomP && kNumVariablesOf<L> <= kRoomV);
        if (L::kName != law_.name()) return;
        first_ = log_loss_of<L, 1>;
        second_ = log_loss_of<L, 2>;
      });
    }
  }

  std::string_view name() const { return facts_.name; }
  std::string_view formula() const { return facts_.formula; }
  std::string_view source() const { return facts_.source; }
  std::span<const Variable> variables() const { return facts_.variables; }
  std::span<const VariableInfo> own_variables() const { return facts_.own_variables; }
  std::span<const CoefficientInfo> coefficients() const { return facts_.coefficients; }
  Target target() const { return facts_.target; }

  LawFacts facts() const {
    LawFacts out = facts_;
    out.theta_size = kRoomP;
    out.log_x_size = kRoomV;
    return out;
  }

  /// track() gives the logarithm of the prediction.
  bool tracks_log_loss() const { return !formula_; }

  std::array<Formula::Seed<Batch>, kRoomP> seeds(const std::array<Batch, kRoomP>& theta) const {
    if (formula_) return formula_->seeds(theta);
    std::array<Formula::Seed<Batch>, kRoomP> out;
    for (std::size_t p = 0; p < kRoomP; ++p) out[p] = {theta[p], Batch(1.0), Batch(0.0), false};
    return out;
  }

  template <int Order, class Use>
  void track(const std::array<Formula::Seed<Batch>, kRoomP>& seeds,
             const std::array<Batch, kRoomV>& log_x, const Use& use) const {
    if (formula_) return formula_->template track<Order>(seeds, log_x, use);
    std::array<Number<Order>, kRoomP> theta;
    for (std::size_t p = 0; p < facts_.coefficients.size(); ++p) {
      theta[p].set_parameter(p, seeds[p].value, seeds[p].first, nullptr);
    }
    Number<Order> out = shipped<Order>()(theta.data(), log_x.data());
    use(static_cast<detail::Tracked<Batch, kRoomP, Order>&>(out));
  }

  Batch log_loss(const std::array<Batch, kRoomP>& theta,
                 const std::array<Batch, kRoomV>& log_x) const {
    if (formula_) return formula_->log_loss(theta, log_x);
    std::array<Number<1>, kRoomP> plain;
    for (std::size_t p = 0; p < kRoomP; ++p) plain[p].set_plain(theta[p]);
    return first_(plain.data(), log_x.data()).value;
  }

  Batch prediction(const std::array<Batch, kRoomP>& theta,
                   const std::array<Batch, kRoomV>& log_x) const {
    return formula_ ? formula_->prediction(theta, log_x) : exp(log_loss(theta, log_x));
  }

  double log_loss(const std::array<double, kRoomP>& theta,
                  const std::array<double, kRoomV>& log_x) const {
    return log_loss(eight(theta), eight(log_x)).lanes[0];
  }

  double prediction(const std::array<double, kRoomP>& theta,
                    const std::array<double, kRoomV>& log_x) const {
    return prediction(eight(theta), eight(log_x)).lanes[0];
  }

  /// With first derivatives, theta those of dual_parameters.
  template <class... D>
  auto log_loss(const std::tuple<D...>& theta, const std::array<double, kRoomV>& log_x) const {
    return with_slopes(theta, log_x, true);
  }
  template <class... D>
  auto prediction(const std::tuple<D...>& theta, const std::array<double, kRoomV>& log_x) const {
    return with_slopes(theta, log_x, false);
  }

 private:
  template <class T, std::size_t K>
  static std::array<Batch, K> eight(const std::array<T, K>& values) {
    std::array<Batch, K> out;
    for (std::size_t i = 0; i < K; ++i) out[i] = Batch(values[i]);
    return out;
  }

  template <int Order>
  LogLoss<Order> shipped() const {
    if constexpr (Order == 1) {
      return first_;
    } else {
      return second_;
    }
  }

  template <class... D>
  Dual<double, (1u << kRoomP) - 1u, 1> with_slopes(const std::tuple<D...>& theta,
                                                   const std::array<double, kRoomV>& log_x,
                                                   bool as_log) const {
    const std::array<Batch, kRoomP> values = std::apply(
        [](const auto&... each) { return std::array<Batch, kRoomP>{Batch(each.value)...}; }, theta);
    Dual<double, (1u << kRoomP) - 1u, 1> out;
    track<1>(seeds(values), eight(log_x), [&](auto& number) {
      if (as_log != tracks_log_loss()) {
        detail::apply_unary(as_log ? detail::Op::kLog : detail::Op::kExp, number, 0.0);
      }
      out.value = number.value.lanes[0];
      for (std::size_t p = 0; p < kRoomP; ++p) {
        out.grad[p] = detail::has(number.mask, p) ? number.grad[p].lanes[0] : 0.0;
      }
    });
    return out;
  }

  AnyLaw law_;
  LawFacts facts_;
  std::optional<SmallFormulaLaw> formula_;
  LogLoss<1> first_ = nullptr;
  LogLoss<2> second_ = nullptr;
};

LawFacts facts_of(const RunTimeLaw& law) { return law.facts(); }

}  // namespace
}  // namespace isoflop

#include "isoflop/fit/own_law.hpp"

namespace isoflop {

std::unique_ptr<const FitLaw> fit_law(const AnyLaw& law) {
  return std::make_unique<const FitLawOf<RunTimeLaw>>(RunTimeLaw(law));
}

}  // namespace isoflop
