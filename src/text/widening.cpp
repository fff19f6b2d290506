#include "text/widening.hpp"

#include <fmt/format.h>

#include <cmath>

#include "isoflop/io/number.hpp"

namespace isoflop::text {
namespace {

/// What stands for compute, where that is not compute itself.
std::string_view name_of(ComputeMeasure measure) {
  return measure == ComputeMeasure::kN ? "N" : measure == ComputeMeasure::kD ? "D" : "compute";
}

}  // namespace

std::string widening_text(const LawRecord& law, const NewRunLoss& loss) {
  const NewRunCalibration& c = *law.calibration;
  if (!(loss.distance > 1.0)) return "new runs: not widened, within the compute of the runs";
  std::string out =
      fmt::format("new runs: widened {:.2f} times, at {:.3g} times the {} of the runs",
                  *loss.factor, loss.distance, name_of(c.measure));
  if (loss.distance > c.furthest()) {
    out +=
        fmt::format(" (forecasts reached {:.3g} times; beyond that it is drawn on)", c.furthest());
  }
  return out;
}

std::string calibration_text(const NewRunCalibration& calibration) {
  std::string out;
  for (const WideningStep& s : calibration.steps) {
    out += fmt::format(
        "{}intervals at {:.3g} times the {} are widened {:.2f} times: {} forecasts over {} "
        "hold-outs covered {:.0f} % before, {:.0f} % after\n",
        out.empty() ? "  new runs      " : "                ", std::exp(s.log_distance),
        name_of(calibration.measure), s.factor, s.num_forecasts, s.num_hold_outs,
        100.0 * s.covered_before, 100.0 * s.covered_after);
  }
  return out;
}

}  // namespace isoflop::text
