/// What a law says of runs.
#pragma once

#include <span>
#include <vector>

#include "isoflop/core/run_table.hpp"
#include "isoflop/laws/any_law.hpp"
#include "isoflop/laws/law.hpp"

namespace isoflop {

/// ln of the loss in nats per token [num_runs], NaN where a law predicts no positive number;
/// coefficients [P] in the law's order and units.
/// Throws InvalidArgument as to_axis does, for runs without a variable of the law, and for a name
/// that no shipped law has.
std::vector<double> log_losses(const AnyLaw& law, std::span<const double> coefficients,
                               const RunTable& runs);

/// The losses themselves, or what else the law's target is; throws in the same way.
std::vector<double> predictions(const AnyLaw& law, std::span<const double> coefficients,
                                const RunTable& runs);

/// The prediction for one run, its variables [V] in the law's order and units: the loss in nats per
/// token, or what else the law's target is.
double loss(const AnyLaw& law, std::span<const double> coefficients, std::span<const double> x);

/// What the law says of that run beside its prediction.
std::vector<LawFigure> figures_of(const AnyLaw& law, std::span<const double> coefficients,
                                  std::span<const double> x);

}  // namespace isoflop
