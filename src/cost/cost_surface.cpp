#include "isoflop/cost/cost_surface.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "isoflop/cost/cost_model.hpp"
#include "isoflop/cost/monotone_curve.hpp"
#include "isoflop/cost/resampled_time.hpp"
#include "isoflop/error.hpp"

namespace isoflop {
namespace {

constexpr std::array<Pass, 3> kPasses{Pass::kForward, Pass::kBackward, Pass::kBoth};
constexpr double kSame = 1e-9;  // relative: rates that were computed in different ways

bool same(double a, double b) { return std::abs(a - b) <= kSame * std::abs(a); }

/// Logarithm of a time, and whether the model had to help.
struct LogTime {
  double value;
  bool extrapolated;
};

/// ln of the model's seconds.
using LogModel = std::function<double(const LayerPoint&)>;

LayerPoint with_tokens(LayerPoint x, double log_tokens) {
  x.tokens = std::exp(log_tokens);
  return x;
}
/// d_ff in proportion.
LayerPoint with_width(LayerPoint x, double log_width) {
  const double ratio = x.d_ff / x.d_model;
  x.d_model = std::exp(log_width);
  x.d_ff = ratio * x.d_model;
  return x;
}
LayerPoint with_granularity(LayerPoint x, double log_granularity) {
  x.granularity = std::exp(log_granularity);
  return x;
}

/// x itself, or the end of [low, high] that it misses by rounding alone.
double snapped(double x, double low, double high) {
  if (std::abs(x - low) <= kSame) return low;
  if (std::abs(x - high) <= kSame) return high;
  return x;
}

/// Whether a place beyond the edge of what was measured deserves to be called so: half a percent is
/// less than times scatter by, and sizes are often said with three digits.
bool is_far(double x, double edge) { return std::abs(x - edge) > 5e-3; }

/// Layers that differ by granularity alone.
struct Series {
  double place;         ///< ln d_model
  MonotoneCurve times;  ///< ln of the time over ln G

  LogTime at(const LayerPoint& layer, const LogModel& model) const {
    const double x = snapped(std::log(layer.granularity), times.low(), times.high());
    if (x >= times.low() && x <= times.high()) return {times(x), false};
    const double edge = x < times.low() ? times.low() : times.high();
    return {times(edge) + model(layer) - model(with_granularity(layer, edge)), is_far(x, edge)};
  }
};

/// Values of `nodes` at one of their places, between two or beyond the last: node.at(moved, model)
/// where `move` puts the layer at a place.
template <class Node, class Move>
LogTime along(const std::vector<Node>& nodes, double place, const LayerPoint& layer,
              const LogModel& model, const Move& move) {
  const double low = nodes.front().place, high = nodes.back().place;
  const double x = snapped(place, low, high);
  if (x < low || x > high) {
    const Node& edge = x < low ? nodes.front() : nodes.back();
    const LayerPoint moved = move(layer, edge.place);
    const LogTime value = edge.at(moved, model);
    return {value.value + model(layer) - model(moved), value.extrapolated || is_far(x, edge.place)};
  }
  std::vector<double> places, values;
  bool extrapolated = false;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const LogTime value = nodes[i].at(move(layer, nodes[i].place), model);
    if (nodes[i].place == x) return value;
    // Those on both sides; the others only bend the curve.
    const bool next = nodes[i].place < x ? nodes[i + 1].place > x : nodes[i - 1].place < x;
    extrapolated = extrapolated || (next && value.extrapolated);
    places.push_back(nodes[i].place);
    values.push_back(value.value);
  }
  return {MonotoneCurve(std::move(places), std::move(values))(x), extrapolated};
}

/// Layers that differ by width and granularity alone.
struct Plate {
  double place;  ///< ln T
  std::vector<Series> series;

  LogTime at(const LayerPoint& layer, const LogModel& model) const {
    return along(series, std::log(layer.d_model), layer, model, with_width);
  }
};

/// Layers that differ by tokens, width and granularity alone.
struct Family {
  LayerPoint of;  ///< any of them
  std::vector<Plate> plates;

  bool holds(const LayerPoint& x) const {
    return x.activation == of.activation && same(x.expansion, of.expansion) && same(x.k0, of.k0) &&
           same(x.d_ff / x.d_model, of.d_ff / of.d_model);
  }
  LogTime at(const LayerPoint& layer, const LogModel& model) const {
    return along(plates, std::log(layer.tokens), layer, model, with_tokens);
  }
};

/// Of one layer and pass: the mean of ln time over its rows, the least over backends.
class LogTimes {
 public:
  void add(const std::string& backend, double time_s) {
    auto& [sum, count] = by_backend_[backend];
    sum += std::log(time_s);
    ++count;
  }
  const std::map<std::string, std::pair<double, int>>& by_backend() const { return by_backend_; }

  std::optional<double> of(const std::string& backend) const {
    const auto it = by_backend_.find(backend);
    if (it == by_backend_.end()) return std::nullopt;
    return it->second.first / it->second.second;
  }

 private:
  std::map<std::string, std::pair<double, int>> by_backend_;
};

struct MeasuredLayer {
  LayerPoint point;
  std::array<LogTimes, kPasses.size()> times;  ///< by Pass

  std::optional<double> log_time(Pass pass) const {
    std::optional<double> least;
    auto offer = [&](std::optional<double> x) {
      if (x && (!least || *x < *least)) least = x;
    };
    const LogTimes& forward = times[0];
    const LogTimes& backward = times[1];
    const LogTimes& asked = times[static_cast<std::size_t>(pass)];
    for (const auto& [backend, sum] : asked.by_backend()) offer(asked.of(backend));
    if (pass != Pass::kBoth) return least;
    for (const auto& [backend, sum] : forward.by_backend()) {
      const auto back = backward.of(backend);
      if (asked.of(backend) || !back) continue;
      offer(std::log(std::exp(*forward.of(backend)) + std::exp(*back)));
    }
    return least;
  }
};

using PointKey = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t,
                            std::uint64_t, std::uint64_t, Activation>;

/// times_s: of the rows, [rows]; only those of whole layers are read.
std::vector<MeasuredLayer> measured_layers(const std::vector<CostRow>& rows,
                                           const std::vector<double>& times_s) {
  std::map<PointKey, MeasuredLayer> layers;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const CostRow& row = rows[i];
    if (row.stage != Stage::kWhole) continue;
    const ExpertLayer& x = row.layer.experts;
    MeasuredLayer& layer = layers[{row.layer.tokens, row.layer.d_model, x.d_ff, x.num_experts,
                                   x.expert_width, x.top_k, row.layer.activation}];
    layer.point = point_of(row.layer);
    layer.times[static_cast<std::size_t>(row.pass)].add(row.backend, times_s[i]);
  }
  std::vector<MeasuredLayer> out;
  for (auto& [key, layer] : layers) out.push_back(std::move(layer));
  return out;
}

std::vector<Family> families_of(const std::vector<MeasuredLayer>& layers, Pass pass) {
  using ByGranularity = std::map<double, double>;
  struct Grid {
    LayerPoint of;
    std::map<double, std::map<double, ByGranularity>> times;  // ln tokens, ln d_model
  };
  std::vector<Grid> grids;
  for (const MeasuredLayer& layer : layers) {
    const std::optional<double> log_time = layer.log_time(pass);
    if (!log_time) continue;
    const LayerPoint& x = layer.point;
    auto grid = std::find_if(grids.begin(), grids.end(), [&](const Grid& g) {
      return Family{g.of, {}}.holds(x);
    });
    if (grid == grids.end()) grid = grids.insert(grids.end(), Grid{x, {}});
    grid->times[std::log(x.tokens)][std::log(x.d_model)][std::log(x.granularity)] = *log_time;
  }
  std::vector<Family> out;
  for (const Grid& grid : grids) {
    Family family{grid.of, {}};
    for (const auto& [log_tokens, by_width] : grid.times) {
      Plate plate{log_tokens, {}};
      for (const auto& [log_width, by_granularity] : by_width) {
        std::vector<double> x, y;
        for (const auto& [log_g, log_time] : by_granularity) {
          x.push_back(log_g);
          y.push_back(log_time);
        }
        plate.series.push_back({log_width, MonotoneCurve(std::move(x), std::move(y))});
      }
      family.plates.push_back(std::move(plate));
    }
    out.push_back(std::move(family));
  }
  return out;
}

RooflinePeaks peaks_of(const CostTable& table) {
  return {table.peaks.spec_flops_per_s, table.peaks.spec_bytes_per_s};
}

void require_own_formula(const std::vector<CostRow>& rows, const RooflinePeaks& peaks) {
  for (const CostRow& row : rows) {
    if (!same(roofline_s(size_of(row.layer), row.pass, row.stage, peaks), row.time_s)) {
      throw InvalidArgument("the times of this roofline table are not those of its own peaks");
    }
  }
}

}  // namespace

struct CostSurface::Content {
  std::shared_ptr<const std::vector<CostRow>> rows;  ///< as measured, for draws as well
  std::optional<RooflinePeaks> roofline;
  std::array<std::vector<Family>, kPasses.size()> families;
  std::vector<CostModel> models;  ///< one per backend

  /// The fastest backend's; NaN where no model covers the pass.
  double model_s(const LayerPoint& layer, Pass pass) const {
    double out = kNotMeasured;
    for (const CostModel& model : models) out = std::fmin(out, model.seconds(size_of(layer), pass));
    return out;
  }

  static std::shared_ptr<const Content> measured(std::shared_ptr<const std::vector<CostRow>> rows,
                                                 const std::vector<double>& times_s,
                                                 const std::vector<const CostRow*>& of_model,
                                                 std::size_t min_layers) {
    auto out = std::make_shared<Content>();
    const std::vector<MeasuredLayer> layers = measured_layers(*rows, times_s);
    for (std::size_t i = 0; i < kPasses.size(); ++i) {
      out->families[i] = families_of(layers, kPasses[i]);
    }
    std::map<std::string_view, std::vector<const CostRow*>> by_backend;
    for (const CostRow* row : of_model) by_backend[row->backend].push_back(row);
    for (const auto& [backend, mine] : by_backend) out->models.emplace_back(mine, min_layers);
    out->rows = std::move(rows);
    return out;
  }
};

LayerPoint point_of(const MoeLayer& layer) {
  return {static_cast<double>(layer.tokens),
          static_cast<double>(layer.d_model),
          static_cast<double>(layer.experts.d_ff),
          layer.experts.expansion(),
          layer.experts.granularity(),
          layer.experts.k0(),
          layer.activation};
}

CostSurface::CostSurface(const CostTable& table, const CostChoice& choice) {
  auto rows = std::make_shared<const std::vector<CostRow>>(choose_rows(table, choice));
  if (table.source == CostSource::kMeasured) {
    std::vector<double> times_s;
    std::vector<const CostRow*> all;
    for (const CostRow& row : *rows) {
      times_s.push_back(row.time_s);
      all.push_back(&row);
    }
    content_ = Content::measured(std::move(rows), times_s, all, kMinLayers);
    return;
  }
  require_own_formula(*rows, peaks_of(table));
  auto content = std::make_shared<Content>();
  content->roofline = peaks_of(table);
  content_ = std::move(content);
}

bool CostSurface::is_roofline() const { return content_->roofline.has_value(); }

LayerTime CostSurface::seconds(const LayerPoint& layer, Pass pass) const {
  if (content_->roofline) {
    return {roofline_s(size_of(layer), pass, Stage::kWhole, *content_->roofline),
            CostBasis::kRoofline};
  }
  const LogModel model = [&](const LayerPoint& x) { return std::log(content_->model_s(x, pass)); };
  const auto& families = content_->families[static_cast<std::size_t>(pass)];
  const auto family = std::find_if(families.begin(), families.end(),
                                   [&](const Family& f) { return f.holds(layer); });
  const LogTime out =
      family != families.end() ? family->at(layer, model) : LogTime{model(layer), true};
  if (!std::isfinite(out.value)) return {};
  return {std::exp(out.value), out.extrapolated ? CostBasis::kModel : CostBasis::kInterpolated};
}

CostSurface CostSurface::resampled(std::uint64_t seed) const {
  if (content_->roofline) return *this;
  const std::vector<CostRow>& rows = *content_->rows;
  std::vector<double> times_s(rows.size());
  Random random(seed);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].stage == Stage::kWhole) times_s[i] = resampled_time_s(rows[i], random);
  }
  // A draw of few layers may hold one several times: it is fitted to what it holds.
  return CostSurface(
      Content::measured(content_->rows, times_s, resampled_layers(rows, seed + 1), 1));
}

}  // namespace isoflop
