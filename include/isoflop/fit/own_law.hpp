/// Makes a law that can be fitted of any type that meets the concept Law: include it to fit a law
/// of your own, by fit(FitLawOf(MyLaw{}), runs). The formula is compiled where that is written; all
/// else is in isoflop::fit. Where the headers of Ceres are in reach, the formula is differentiated
/// by them once more for the polish of a fit; otherwise the library's derivatives stand in.
#pragma once

#if __has_include(<ceres/jet.h>)
#include <ceres/jet.h>
#define ISOFLOP_HAS_JETS 1
#else
#define ISOFLOP_HAS_JETS 0
#endif

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>

#include "isoflop/core/dual.hpp"
#include "isoflop/fit/column_objective.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/fit/fit_law.hpp"

namespace isoflop {

template <Law L>
class FitLawOf final : public FitLaw {
 public:
  explicit FitLawOf(const L& law) : FitLaw(facts_of(law)), law_(law) {}

  std::unique_ptr<Objective> objective(const RunTable& runs, HuberLoss loss,
                                       Residual residual) const override {
    return std::make_unique<ColumnObjective<L>>(law_, runs, loss, residual);
  }

  double log_loss(const CoefficientVector& theta, std::span<const double> log_x) const override {
    return law_.log_loss(as_array(theta), padded(log_x));
  }

  double prediction(const CoefficientVector& theta, std::span<const double> log_x) const override {
    return prediction_of(law_, as_array(theta), padded(log_x));
  }

  CoefficientVector gradient(const CoefficientVector& theta,
                             std::span<const double> log_x) const override {
    const auto at = law_.log_loss(dual_parameters<1>(as_array(theta)), padded(log_x));
    CoefficientVector out(static_cast<Eigen::Index>(kP));
    for (std::size_t p = 0; p < kP; ++p) out[static_cast<Eigen::Index>(p)] = at.grad[p];
    return out;
  }

  double log_loss_by_jets(const CoefficientVector& theta, std::span<const int> entry,
                          std::span<const double> log_x, std::span<double> slopes) const override {
    return by_jets(theta, entry, log_x, slopes,
                   [](const L& law, const auto& p, const auto& x) { return law.log_loss(p, x); });
  }

  double prediction_by_jets(const CoefficientVector& theta, std::span<const int> entry,
                            std::span<const double> log_x,
                            std::span<double> slopes) const override {
    if constexpr (OffersPrediction<L>) {
      return by_jets(theta, entry, log_x, slopes, [](const L& law, const auto& p, const auto& x) {
        return law.prediction(p, x);
      });
    } else {
      const double loss = std::exp(log_loss_by_jets(theta, entry, log_x, slopes));
      for (double& slope : slopes) slope *= loss;
      return loss;
    }
  }

 private:
  static constexpr std::size_t kP = kNumCoefficients<L>;
  static constexpr std::size_t kV = kNumVariablesOf<L>;

  /// quantity(law, coefficients, log_x), and its slopes.
  template <class Quantity>
  double by_jets(const CoefficientVector& theta, std::span<const int> entry,
                 std::span<const double> log_x, std::span<double> slopes,
                 const Quantity& quantity) const {
#if ISOFLOP_HAS_JETS
    using Jet = ceres::Jet<double, static_cast<int>(kP)>;
    std::array<Jet, kP> jets;
    for (std::size_t p = 0; p < kP; ++p) {
      const double value = theta[static_cast<Eigen::Index>(p)];
      jets[p] = entry[p] < 0 ? Jet(value) : Jet(value, entry[p]);
    }
    const Jet at = quantity(law_, jets, padded(log_x));
    for (std::size_t k = 0; k < slopes.size(); ++k) slopes[k] = at.v[static_cast<Eigen::Index>(k)];
    return at.a;
#else
    const auto at = quantity(law_, dual_parameters<1>(as_array(theta)), padded(log_x));
    std::fill(slopes.begin(), slopes.end(), 0.0);
    for (std::size_t p = 0; p < kP; ++p) {
      if (entry[p] < 0) continue;
      slopes[static_cast<std::size_t>(entry[p])] += at.grad[p];
    }
    return at.value;
#endif
  }

  static std::array<double, kP> as_array(const CoefficientVector& theta) {
    std::array<double, kP> out;
    std::copy_n(theta.data(), kP, out.begin());
    return out;
  }
  static std::array<double, kV> padded(std::span<const double> log_x) {
    std::array<double, kV> out{};
    std::copy(log_x.begin(), log_x.end(), out.begin());
    return out;
  }

  [[no_unique_address]] L law_;
};

}  // namespace isoflop
