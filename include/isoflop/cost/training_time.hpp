/// GPU-seconds that one token of training takes in a model of a family, from the time of one MoE
/// layer on that GPU:
///   t(N, G) = n_blocks [ a d^2 c_f / P + tau(T, d, d_ff, E / p, G, k0) / T
///                        + 6 d E G (1 - 1/p) / P + 4 (l / T + k0 G d s (1 - 1/p) / b) ]
///   d, n_blocks the width and depth of the family at N, a d^2 the weights of its attention
///   c_f = 6   FLOPs per weight and token, forward and backward
///   P         dense bf16 FLOP/s that the attention's projections reach
///   tau       seconds of the layer, forward and backward, for T tokens (cost_surface.hpp)
///   p         GPUs that share the experts of a layer; each of them sees T tokens. Its rows stay
///   the
///             same, its experts are E G / p of them; the router keeps all (third term)
///   l, b      latency and bandwidth of an all-to-all exchange, four per block and step: dispatch
///             and combine, forward and backward; rows of s = 2 bytes a number go out one per
///             expert, also where two experts of a token live on one GPU
/// The form is that of Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871, Eq. 11, which it
/// becomes for tau = T (8 d^2 c_f + d E G c_r) / P and p = 1. Embedding, head, attention scores and
/// optimizer are left out, as there.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <numbers>
#include <optional>
#include <vector>

#include "isoflop/core/dual.hpp"
#include "isoflop/core/log_sum_exp.hpp"
#include "isoflop/core/model_shape_rule.hpp"
#include "isoflop/cost/cost.hpp"
#include "isoflop/cost/cost_surface.hpp"
#include "isoflop/cost/monotone_curve.hpp"

namespace isoflop {

inline constexpr double kSecondsPerHour = 3600.0;

struct TrainingSetup {
  double tokens = 16384.0;  ///< T: the micro-batch of one GPU
  double expansion = 1.0;   ///< E
  double k0 = 1.0;
  Activation activation = Activation::kSwiGlu;
  double dense_flops_per_s = 0.0;  ///< P, > 0
  double expert_parallel = 1.0;    ///< p, from 1 to E
  double all_to_all_latency_s = 0.0;
  double all_to_all_bytes_per_s = std::numeric_limits<double>::infinity();
};

/// What the time of one model depends on besides its granularity; depth may be broken.
struct TimedShape {
  double d_model, d_ff, n_blocks;
  double attention;  ///< weights over d^2
};

/// GPU-seconds per token of one model, and whether the layer was extrapolated beyond the table.
LayerTime training_time(const CostSurface& surface, const TrainingSetup& setup,
                        const TimedShape& model, double granularity);
/// The same of the family's model of this size.
LayerTime training_time(const CostSurface& surface, const TrainingSetup& setup,
                        const ModelShapeRule& shape, double n_active, double granularity);

/// The same as a cost to plan with, tabulated once: for every power of two G a smooth curve of ln t
/// over ln N_active through eight points per e-fold; between powers of two linear in ln G.
class TrainingTime {
 public:
  /// Throws InvalidArgument for a setup without a meaning, for layers that the surface cannot tell
  /// (kNone), and where a larger model would take less time.
  TrainingTime(const CostSurface& surface, const TrainingSetup& setup, const ModelShapeRule& shape,
               double max_granularity);

  template <class N, class G>
  auto log_cost_per_token(const N& log_n_active, const G& log_g) const {
    constexpr double kPerPower = 1.0 / std::numbers::ln2;
    const double place = scalar_part(log_g) * kPerPower;
    const Curves& curves = *curves_;
    const auto last = static_cast<double>(curves.size() - 1);
    const double left = std::fmax(0.0, std::fmin(std::floor(place + 1e-9), last));
    const auto k = static_cast<std::size_t>(left);
    const auto low = at(curves[k], log_n_active);
    // At a power of two nothing is interpolated; beyond the last one its curve holds on.
    const bool between = std::abs(place - left) >= 1e-9 && k + 1 < curves.size();
    const auto high = at(curves[between ? k + 1 : k], log_n_active);
    return low + (high - low) * (log_g * kPerPower - left);
  }
  double router_share(double, double) const { return std::numeric_limits<double>::quiet_NaN(); }
  /// Whether the layer of the family's model lies beyond those that were measured, so that its time
  /// is the fitted model's; never for a roofline.
  bool is_extrapolated(double log_n_active, double log_g) const {
    return training_time(surface_, setup_, shape_, std::exp(log_n_active), std::exp(log_g))
        .is_extrapolated();
  }
  /// GPU-seconds per token of a model that need not be of the family; not tabulated.
  double seconds_of(const TimedShape& model, double granularity) const {
    return training_time(surface_, setup_, model, granularity).time_s;
  }
  const TrainingSetup& setup() const { return setup_; }
  /// Whether the time is a roofline's, so that nothing of it was measured.
  bool is_formula() const { return surface_.is_roofline(); }
  /// By the surface that other samples might have given (CostSurface::resampled); nothing where the
  /// layers that were drawn do not tell the time of others.
  std::optional<TrainingTime> resampled(std::uint64_t seed) const;

 private:
  using Curves = std::vector<MonotoneCurve>;

  struct Reading {
    double value, slope;
  };
  /// Of ln t and its slope in ln N_active; straight on beyond the ends of the curve.
  static Reading reading(const MonotoneCurve& curve, double x);

  static double at(const MonotoneCurve& curve, double x) { return reading(curve, x).value; }
  template <class S, unsigned M, int O, bool L>
  static auto at(const MonotoneCurve& curve, const Dual<S, M, O, L>& x) {
    const Reading here = reading(curve, x.value);
    return detail::chain(x, here.value, here.slope, S(0.0));
  }

  CostSurface surface_;
  TrainingSetup setup_;
  ModelShapeRule shape_;
  double max_granularity_;
  // By log2 G; shared, because every draw of a plan has a copy of the cost.
  std::shared_ptr<const Curves> curves_;
};

static_assert(Cost<TrainingTime>);

}  // namespace isoflop
