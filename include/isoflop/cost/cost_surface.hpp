/// Seconds of an MoE layer between and beyond the layers of a cost table, as a continuous function
/// of width and granularity: what a planner asks.
///
/// A measured table is interpolated where it can be: over the logarithms of granularity, width and
/// tokens, by monotone curves through the logarithms of the times, one coordinate after the other.
/// Width runs along layers of one d_ff / d_model. At a layer of the table the answer is its time.
/// Beyond the table in any of the three the fitted model (cost_model.hpp) takes over from the edge:
///   t = t_edge * model(layer) / model(edge)
/// so that nothing jumps. Layers of an E, k0, d_ff / d_model or activation that the table does not
/// have are the model's alone.
/// A roofline table is answered by its own formula everywhere.
#pragma once

#include <cstdint>
#include <memory>

#include "isoflop/cost/choose_rows.hpp"
#include "isoflop/cost/cost_table.hpp"
#include "isoflop/cost/roofline.hpp"

namespace isoflop {

/// A layer by its rates, any positive numbers; experts as in shape/experts.hpp.
struct LayerPoint {
  double tokens, d_model, d_ff;
  double expansion, granularity, k0 = 1.0;
  Activation activation = Activation::kSwiGlu;
};

inline LayerSize size_of(const LayerPoint& x) {
  return {x.tokens,
          x.d_model,
          x.expansion * x.granularity,
          x.d_ff / x.granularity,
          x.k0 * x.granularity,
          x.activation == Activation::kSwiGlu ? 2.0 : 1.0};
}
LayerPoint point_of(const MoeLayer& layer);

enum class CostBasis {
  kNone,          ///< the table has too few layers for a model of others
  kInterpolated,  ///< between measured layers, or one of them
  kModel,         ///< beyond them: an extrapolation
  kRoofline       ///< by formula, nothing was measured
};

struct LayerTime {
  double time_s = kNotMeasured;  ///< NaN for kNone
  CostBasis basis = CostBasis::kNone;

  bool is_extrapolated() const { return basis == CostBasis::kModel; }
};

class CostSurface {
 public:
  /// Of the rows that choose_rows chooses; for kBestBackend the fastest backend of every layer.
  /// Where a pass kBoth was not timed itself it is forward and backward. Throws InvalidArgument as
  /// choose_rows does, and for a roofline table whose times are not those of its own peaks.
  CostSurface(const CostTable& table, const CostChoice& choice);

  /// Positive, and continuous in tokens, width and granularity as long as the basis is not kNone.
  LayerTime seconds(const LayerPoint& layer, Pass pass = Pass::kBoth) const;

  /// The surface that other samples and other layers of the same kind might have given: times are
  /// medians of samples drawn with replacement, the model is fitted to layers drawn with
  /// replacement. What all samples share, a wrong clock say, it does not show. A roofline is
  /// itself. Equal seeds give equal surfaces on every machine.
  CostSurface resampled(std::uint64_t seed) const;

  bool is_roofline() const;

 private:
  struct Content;
  explicit CostSurface(std::shared_ptr<const Content> content) : content_(std::move(content)) {}

  std::shared_ptr<const Content> content_;
};

}  // namespace isoflop
