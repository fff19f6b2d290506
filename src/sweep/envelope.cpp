#include "isoflop/sweep/envelope.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "isoflop/error.hpp"

namespace isoflop {
namespace {

/// ln loss and ln D of a run at this ln C, which is between two of its checkpoints; `j` is the
/// place of one not behind it, and goes on to the first that is not before.
std::pair<double, double> at(const TrainingCurve& curve, double log_c, std::size_t& j) {
  const std::vector<double>& c = curve.log_c;
  const auto after = std::find_if(c.begin() + static_cast<std::ptrdiff_t>(j), c.end(),
                                  [&](double x) { return x >= log_c; });
  j = static_cast<std::size_t>(after - c.begin());
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
  std::vector<double> places;
  for (std::size_t i = 0; i < num_points; ++i) {
    const double t = static_cast<double>(i) / static_cast<double>(num_points - 1);
    places.push_back(low + t * (high - low));
  }
  std::vector<std::optional<EnvelopePoint>> best(num_points);
  for (std::size_t k = 0; k < curves.size(); ++k) {
    const TrainingCurve& curve = curves[k];
    const double n = curve.log_n;
    if (n == left_out) continue;
    const auto first = std::lower_bound(places.begin(), places.end(), curve.log_c.front());
    std::size_t j = 0;
    for (auto i = static_cast<std::size_t>(first - places.begin());
         i < num_points && places[i] <= curve.log_c.back(); ++i) {
      const auto [log_loss, log_d] = at(curve, places[i], j);
      if (best[i] && best[i]->log_loss <= log_loss) continue;
      best[i] = {places[i], n, log_d, log_loss, k, n == smallest || n == largest};
    }
  }
  std::vector<EnvelopePoint> out;
  for (const std::optional<EnvelopePoint>& point : best) {
    if (point) out.push_back(*point);
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
