#include "isoflop/cost/training_time.hpp"

#include <string>
#include <utility>

#include "isoflop/error.hpp"

namespace isoflop {
namespace {

constexpr double kFlopsPerWeight = 6.0;  // c_f
constexpr double kRouterFlops = 6.0;     // per router weight, forward and backward
constexpr double kExchanges = 4.0;
constexpr double kBytes = 2.0;  // of a bf16 number
constexpr double kPointsPerFold = 8.0;
constexpr double kFolds = 30.0;  // of N above the smallest model: beyond any budget

void require_meaning(const TrainingSetup& setup) {
  auto positive = [](double x, const char* what) {
    if (!(x > 0.0)) throw InvalidArgument(std::string(what) + " must be above zero");
  };
  positive(setup.tokens, "the tokens of a micro-batch");
  positive(setup.expansion, "the expansion rate");
  positive(setup.k0, "k0");
  positive(setup.dense_flops_per_s, "the dense rate");
  positive(setup.all_to_all_bytes_per_s, "the bandwidth of all-to-all");
  if (!(setup.all_to_all_latency_s >= 0.0)) {
    throw InvalidArgument("the latency of all-to-all must not be negative");
  }
  if (!(setup.expert_parallel >= 1.0) || setup.expert_parallel > setup.expansion) {
    throw InvalidArgument("the experts of a layer can be shared by 1 to E GPUs");
  }
}

/// Curves of ln t over ln N_active, by log2 G, or why there are none.
struct Tabulated {
  std::vector<MonotoneCurve> curves;
  std::string fault;
};

Tabulated tabulated(const CostSurface& surface, const TrainingSetup& setup,
                    const ModelShapeRule& shape, double max_granularity) {
  Tabulated out;
  const double smallest = std::log(shape.smallest_n_active());
  for (double g = 1.0; g <= max_granularity || out.curves.empty(); g *= 2.0) {
    std::vector<double> x, y;
    for (int i = 0; i <= static_cast<int>(kFolds * kPointsPerFold); ++i) {
      x.push_back(smallest + i / kPointsPerFold);
      const LayerTime time = training_time(surface, setup, shape, std::exp(x.back()), g);
      if (!(time.time_s > 0.0)) {
        out.fault = "the cost table has too few layers to tell the time of layers it does not hold";
        return out;
      }
      y.push_back(std::log(time.time_s));
      if (i > 0 && !(y.back() > y[y.size() - 2])) {
        out.fault =
            "by this cost table a larger model would take less time: it is too coarse or too noisy "
            "to plan with";
        return out;
      }
    }
    out.curves.emplace_back(std::move(x), std::move(y));
  }
  return out;
}

}  // namespace

LayerTime training_time(const CostSurface& surface, const TrainingSetup& setup,
                        const TimedShape& model, double granularity) {
  const double d = model.d_model, shared = 1.0 - 1.0 / setup.expert_parallel;
  LayerTime layer =
      surface.seconds({setup.tokens, d, model.d_ff, setup.expansion / setup.expert_parallel,
                       granularity, setup.k0, setup.activation});
  const double dense = model.attention * d * d * kFlopsPerWeight +
                       kRouterFlops * d * setup.expansion * granularity * shared;
  const double sent = setup.k0 * granularity * d * kBytes * shared;
  const double exchange = setup.expert_parallel > 1.0 ? setup.all_to_all_latency_s / setup.tokens +
                                                            sent / setup.all_to_all_bytes_per_s
                                                      : 0.0;
  layer.time_s = model.n_blocks * (dense / setup.dense_flops_per_s + layer.time_s / setup.tokens +
                                   kExchanges * exchange);
  return layer;
}

LayerTime training_time(const CostSurface& surface, const TrainingSetup& setup,
                        const ModelShapeRule& shape, double n_active, double granularity) {
  const double d = shape.d_model(n_active);
  const double matrices = setup.activation == Activation::kSwiGlu ? 3.0 : 2.0;
  return training_time(
      surface, setup,
      TimedShape{d, shape.feed_forward * d / matrices, d / shape.width_per_block, shape.attention},
      granularity);
}

TrainingTime::TrainingTime(const CostSurface& surface, const TrainingSetup& setup,
                           const ModelShapeRule& shape, double max_granularity)
    : surface_(surface), setup_(setup), shape_(shape), max_granularity_(max_granularity) {
  require_meaning(setup);
  Tabulated table = tabulated(surface, setup, shape, max_granularity);
  if (!table.fault.empty()) throw InvalidArgument(table.fault);
  curves_ = std::make_shared<const Curves>(std::move(table.curves));
}

TrainingTime::Reading TrainingTime::reading(const MonotoneCurve& curve, double x) {
  const double inside = std::fmax(curve.low(), std::fmin(x, curve.high()));
  const double slope = curve.slope(inside);
  return {curve(inside) + (x - inside) * slope, slope};
}

std::optional<TrainingTime> TrainingTime::resampled(std::uint64_t seed) const {
  TrainingTime out = *this;
  out.surface_ = surface_.resampled(seed);
  Tabulated table = tabulated(out.surface_, setup_, shape_, max_granularity_);
  if (!table.fault.empty()) return std::nullopt;
  out.curves_ = std::make_shared<const Curves>(std::move(table.curves));
  return out;
}

}  // namespace isoflop
