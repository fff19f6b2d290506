#include "isoflop/sweep/envelope.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "isoflop/error.hpp"

namespace isoflop {
namespace {

/// ln loss and ln D of a run at this ln C; nothing outside its checkpoints.
std::optional<std::pair<double, double>> at(const TrainingCurve& curve, double log_c) {
  const std::vector<double>& c = curve.log_c;
  if (log_c < c.front() || log_c > c.back()) return std::nullopt;
  const auto after = std::lower_bound(c.begin(), c.end(), log_c);
  const auto j = static_cast<std::size_t>(after - c.begin());
  if (j == 0 || *after == log_c) return std::pair(curve.log_loss[j], curve.log_d[j]);
  const double t = (log_c - c[j - 1]) / (c[j] - c[j - 1]);
  auto between = [&](const std::vector<double>& y) { return y[j - 1] + t * (y[j] - y[j - 1]); };
  return std::pair(between(curve.log_loss), between(curve.log_d));
}

/// Points of the envelope without the curves of one size (NaN: with all).
std::vector<EnvelopePoint> points_of(const std::vector<TrainingCurve>& curves,
                                     std::size_t num_points, double left_out) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  double low = kInf, high = -kInf, smallest = kInf, largest = -kInf;
  for (const TrainingCurve& curve : curves) {
    if (curve.log_n == left_out) continue;
    low = std::min(low, curve.log_c.front()), high = std::max(high, curve.log_c.back());
    smallest = std::min(smallest, curve.log_n), largest = std::max(largest, curve.log_n);
  }
  std::vector<EnvelopePoint> out;
  for (std::size_t i = 0; i < num_points; ++i) {
    const double t = static_cast<double>(i) / static_cast<double>(num_points - 1);
    const double log_c = low + t * (high - low);
    std::optional<EnvelopePoint> best;
    for (std::size_t k = 0; k < curves.size(); ++k) {
      if (curves[k].log_n == left_out) continue;
      const auto found = at(curves[k], log_c);
      if (!found || (best && best->log_loss <= found->first)) continue;
      const double n = curves[k].log_n;
      best = {log_c, n, found->second, found->first, k, n == smallest || n == largest};
    }
    if (best) out.push_back(*best);
  }
  return out;
}

PowerLaws laws_of(const std::vector<EnvelopePoint>& points, bool keep_edges) {
  std::vector<double> log_c;
  std::vector<SweepAnswer> answers;
  for (const EnvelopePoint& p : points) {
    if (p.at_edge && !keep_edges) continue;
    log_c.push_back(p.log_c);
    SweepAnswer& answer = answers.emplace_back(no_answer());
    answer[index_of(SweepQuantity::kN)] = p.log_n;
    answer[index_of(SweepQuantity::kD)] = p.log_d;
    answer[index_of(SweepQuantity::kLoss)] = p.log_loss;
  }
  return power_laws_through(log_c, answers);
}

}  // namespace

Envelope envelope_of(const std::vector<TrainingCurve>& curves, const EnvelopeOptions& options) {
  std::set<double> sizes;
  for (const TrainingCurve& curve : curves) sizes.insert(curve.log_n);
  if (sizes.size() < 2) throw InvalidArgument("an envelope needs runs of two sizes or more");
  if (options.num_points < 2) {
    throw InvalidArgument("points", "an envelope needs two points or more");
  }
  Envelope out;
  out.points = points_of(curves, options.num_points, std::nan(""));
  std::set<double> winners;
  for (const EnvelopePoint& p : out.points) {
    out.num_edges += p.at_edge ? 1 : 0;
    if (options.keep_edges || !p.at_edge) winners.insert(p.log_n);
  }
  out.num_sizes = winners.size();
  // A line through points of one size is none.
  if (winners.size() < 2) return out;
  out.laws = laws_of(out.points, options.keep_edges);
  for (const double size : winners) {
    if (sizes.size() < 3) break;
    out.without_one.push_back(
        laws_of(points_of(curves, options.num_points, size), options.keep_edges));
  }
  return out;
}

}  // namespace isoflop
