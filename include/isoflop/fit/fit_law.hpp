/// A law as a fit sees it: what it says of itself, and its formula over runs. FitLawOf in
/// own_law.hpp makes one of any law; those of the laws that ship are compiled into isoflop::fit.
#pragma once

#include <memory>
#include <span>

#include "isoflop/core/run_table.hpp"
#include "isoflop/fit/objective.hpp"
#include "isoflop/fit/options.hpp"
#include "isoflop/laws/any_law.hpp"
#include "isoflop/laws/law_facts.hpp"

namespace isoflop {

class FitLaw {
 public:
  virtual ~FitLaw() = default;
  FitLaw(const FitLaw&) = delete;
  FitLaw& operator=(const FitLaw&) = delete;

  const LawFacts& facts() const { return facts_; }

  /// Requires every variable of the law to be given, and positive losses; raw residuals of a law
  /// that may predict any number take any loss.
  virtual std::unique_ptr<Objective> objective(const RunTable& runs, HuberLoss loss,
                                               Residual residual) const = 0;

  /// ln of the loss of one run, theta on the optimiser's axis, log_x [V]; NaN where the law
  /// predicts no positive number.
  virtual double log_loss(const CoefficientVector& theta, std::span<const double> log_x) const = 0;

  /// The loss itself.
  virtual double prediction(const CoefficientVector& theta,
                            std::span<const double> log_x) const = 0;

  /// Its slopes along theta, by the library's own derivatives.
  virtual CoefficientVector gradient(const CoefficientVector& theta,
                                     std::span<const double> log_x) const = 0;

  /// log_loss, and its slope along each entry of what is free, by those of Ceres. entry[p] is the
  /// one that coefficient p follows, -1 for a fixed coefficient.
  virtual double log_loss_by_jets(const CoefficientVector& theta, std::span<const int> entry,
                                  std::span<const double> log_x,
                                  std::span<double> slopes) const = 0;

  /// The same of the loss itself.
  virtual double prediction_by_jets(const CoefficientVector& theta, std::span<const int> entry,
                                    std::span<const double> log_x,
                                    std::span<double> slopes) const = 0;

 protected:
  explicit FitLaw(const LawFacts& facts) : facts_(facts) {}

 private:
  LawFacts facts_;
};

/// Throws InvalidArgument, naming the laws there are, for a name that no shipped law has.
std::unique_ptr<const FitLaw> fit_law(const AnyLaw& law);

}  // namespace isoflop
