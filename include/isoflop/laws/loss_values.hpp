/// A law over whole columns, with its slopes: what other people's optimisers and plots ask of it.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "isoflop/laws/any_law.hpp"

namespace isoflop {

/// With respect to what slopes are.
enum class Slopes { kNone, kByVariable, kByCoefficient };

struct LossValues {
  std::vector<double> loss;  ///< [n] what the law predicts, in nats per token where it is a loss
  /// [n x V] or [n x P], by rows: d loss / d variable or coefficient, each in its own units; empty
  /// where none were asked for.
  std::vector<double> slopes;
};

/// coefficients [P] and columns [V][n] in the law's order and units, values as VariableInfo bounds
/// them; a value outside gives NaN, not an exception. Vectorised: agrees with loss() to
/// a few units in the last place. The outcome does not depend on num_threads (0: one per core).
/// `cancelled` is asked between some thousands of rows; true ends the call with Cancelled.
/// Throws InvalidArgument as to_axis does, and for columns of different length or another number.
LossValues loss_values(const AnyLaw& law, std::span<const double> coefficients,
                       std::span<const std::span<const double>> columns,
                       Slopes slopes = Slopes::kNone, unsigned num_threads = 0,
                       const std::function<bool()>& cancelled = {});

}  // namespace isoflop
