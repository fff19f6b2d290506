#include "isoflop/sweep/profile.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace isoflop {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

std::vector<double> logs_of(const std::vector<double>& column,
                            const std::vector<std::size_t>& rows) {
  std::vector<double> out;
  out.reserve(rows.size());
  for (const std::size_t i : rows) out.push_back(std::log(column[i]));
  return out;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

bool three_sizes(const ProfileRuns& runs) {
  std::vector<double> seen;
  for (std::size_t i = 0; i < runs.x.size() && seen.size() < kFewestSizes; ++i) {
    if (!runs.weight.empty() && !(runs.weight[i] > 0.0)) continue;
    if (std::find(seen.begin(), seen.end(), runs.x[i]) == seen.end()) seen.push_back(runs.x[i]);
  }
  return seen.size() == kFewestSizes;
}

/// The vertex and its interval without one run.
ParabolaFit without(const ProfileRuns& runs, std::size_t left_out, double huber_delta) {
  ProfileRuns rest = runs;
  const auto at = static_cast<std::ptrdiff_t>(left_out);
  rest.x.erase(rest.x.begin() + at);
  rest.loss.erase(rest.loss.begin() + at);
  if (!rest.weight.empty()) rest.weight.erase(rest.weight.begin() + at);
  if (!three_sizes(rest)) return {};
  return fit_parabola(rest.x, rest.loss, rest.weight, huber_delta);
}

/// More runs than this, and none of them can bend a parabola alone.
constexpr std::size_t kMostLeftOut = 200;

std::optional<std::size_t> bending_run(const ProfileRuns& runs, const ParabolaFit& fit,
                                       double huber_delta) {
  if (fit.degrees < 2 || runs.x.size() > kMostLeftOut) return std::nullopt;
  std::optional<std::size_t> out;
  double farthest = 2.0;
  for (std::size_t i = 0; i < runs.x.size(); ++i) {
    const ParabolaFit rest = without(runs, i, huber_delta);
    if (rest.degrees == 0 || !rest.parabola.convex()) continue;
    const Interval interval = vertex_interval(rest);
    if (!std::isfinite(interval.low)) continue;
    const double half = 0.5 * (interval.high - interval.low);
    const double moved = std::abs(rest.parabola.vertex() - fit.parabola.vertex());
    // Rounding alone moves the vertex of runs without noise.
    if (moved < 1e-9) continue;
    if (moved > farthest * half) farthest = moved / half, out = i;
  }
  return out;
}

}  // namespace

SweepAnswer answer_of(const Parabola& parabola, const ProfileRuns& runs) {
  SweepAnswer out = no_answer();
  if (!parabola.convex()) return out;
  const double x = parabola.vertex();
  out[index_of(SweepQuantity::kSize)] = x;
  if (runs.log_n) out[index_of(SweepQuantity::kN)] = runs.log_n->at(x);
  if (runs.log_d) out[index_of(SweepQuantity::kD)] = runs.log_d->at(x);
  out[index_of(SweepQuantity::kLoss)] = std::log(parabola.minimum());
  return out;
}

Profile profile_of(const SweepRuns& runs, std::vector<std::size_t> rows, double budget_flops,
                   double huber_delta) {
  Profile out;
  out.budget_flops = budget_flops;
  out.runs.x = logs_of(runs.size, rows);
  for (const std::size_t i : rows) out.runs.loss.push_back(runs.loss[i]);
  if (!runs.weight.empty()) {
    for (const std::size_t i : rows) out.runs.weight.push_back(runs.weight[i]);
  }
  if (!runs.by.empty()) out.by = runs.by[rows.front()];
  const auto [low, high] = std::minmax_element(out.runs.x.begin(), out.runs.x.end());
  out.log_centre = 0.5 * (*low + *high);
  const double half_width = 0.5 * (*high - *low);
  out.octaves = std::log2(std::exp(2.0 * half_width));
  out.rows = std::move(rows);
  if (!three_sizes(out.runs)) return out;

  auto curve = [&](const std::vector<double>& column) -> std::optional<Parabola> {
    if (column.empty()) return std::nullopt;
    return fit_parabola(out.runs.x, logs_of(column, out.rows), out.runs.weight).parabola;
  };
  out.runs.log_n = curve(runs.n);
  out.runs.log_d = curve(runs.d);
  const double delta = huber_delta < kInf ? huber_delta * mean_of(out.runs.loss) : kInf;
  out.fit = fit_parabola(out.runs.x, out.runs.loss, out.runs.weight, delta);
  const Parabola& parabola = out.fit->parabola;
  if (!parabola.convex()) {
    out.status = ProfileStatus::kNotConvex;
    return out;
  }
  out.status = ProfileStatus::kVertex;
  out.answer = answer_of(parabola, out.runs);
  out.log_size = vertex_interval(*out.fit);
  const double off = std::abs(parabola.vertex() - out.log_centre);
  out.outside = off > half_width * (1.0 + 1e-12);
  out.off_centre = off > 0.5 * half_width;
  if (const auto run = bending_run(out.runs, *out.fit, delta)) out.bent_by = out.rows[*run];
  return out;
}

}  // namespace isoflop
