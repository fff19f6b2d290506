// What granularity costs in time: seconds per token of a layer's forward and backward pass over G,
// by backend, beside the roofline of the card's datasheet and the time that the paper's FLOPs of
// routing, c_r = 14, would take at the rate of the best GEMM (cost/router_cost.hpp). A panel per
// layer.
#include <algorithm>
#include <map>

#include "api/pictures/law_runs.hpp"
#include "isoflop/cost/choose_rows.hpp"
#include "isoflop/cost/roofline.hpp"
#include "isoflop/cost/router_cost.hpp"
#include "isoflop/cost/series.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/cost_table_file.hpp"
#include "isoflop/shape/flop_count.hpp"

namespace isoflop::api {
namespace {

constexpr std::size_t kMostPanels = 4;
constexpr double kNanoseconds = 1e9;

/// Seconds of forward and backward; NaN where they were not timed.
double both_s(const CostSeries& series, const ExpertLayer& experts) {
  if (const CostRow* both = series.find(experts, Pass::kBoth)) return both->time_s;
  const CostRow* forward = series.find(experts, Pass::kForward);
  const CostRow* backward = series.find(experts, Pass::kBackward);
  return forward != nullptr && backward != nullptr ? forward->time_s + backward->time_s
                                                   : kNotMeasured;
}

/// The series of layers that differ by G and by what multiplies alone.
struct LayerFamily {
  std::vector<const CostSeries*> series;

  const MoeLayer& layer() const { return series.front()->first().layer; }
  std::vector<double> granularities() const {
    std::vector<double> out;
    for (const CostSeries* s : series) {
      for (const ExpertLayer& x : s->layers) {
        if (std::isfinite(both_s(*s, x))) out.push_back(x.granularity());
      }
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }
};

bool same_family(const MoeLayer& a, const MoeLayer& b) {
  const auto near = [](double x, double y) { return std::abs(x - y) <= 1e-9 * std::abs(x); };
  return a.tokens == b.tokens && a.d_model == b.d_model && a.activation == b.activation &&
         a.renormalize == b.renormalize && a.experts.d_ff == b.experts.d_ff &&
         near(a.experts.expansion(), b.experts.expansion()) && near(a.experts.k0(), b.experts.k0());
}

/// Those with two granularities or more, the most first, each as graphs on a warm card.
std::vector<LayerFamily> families_of(const std::vector<CostSeries>& all) {
  std::vector<LayerFamily> out;
  for (const CostSeries& s : all) {
    if (!s.first().graph || s.first().regime != Regime::kSustained) continue;
    auto found = std::find_if(out.begin(), out.end(), [&](const LayerFamily& f) {
      return same_family(f.layer(), s.first().layer);
    });
    if (found == out.end()) found = out.insert(out.end(), LayerFamily{});
    found->series.push_back(&s);
  }
  std::erase_if(out, [](const LayerFamily& f) { return f.granularities().size() < 2; });
  std::stable_sort(out.begin(), out.end(), [](const LayerFamily& a, const LayerFamily& b) {
    return a.granularities().size() > b.granularities().size();
  });
  if (out.size() > kMostPanels) out.resize(kMostPanels);
  return out;
}

std::string layer_words(const MoeLayer& layer) {
  return "d_model " + std::to_string(layer.d_model) + ", d_ff " +
         std::to_string(layer.experts.d_ff) + ", E " + in_words(layer.experts.expansion()) +
         ", k0 " + in_words(layer.experts.k0()) + ", " + std::to_string(layer.tokens) + " tokens";
}

class PricePanel {
 public:
  PricePanel(const LayerFamily& family, const CostTable& table) : family_(family), table_(table) {}

  Panel panel(std::map<std::string, Role>& roles) const {
    Panel out;
    out.title = layer_words(family_.layer());
    const std::vector<double> granularities = family_.granularities();
    std::vector<double> all;
    double coarsest = kNotMeasured;
    for (const CostSeries* s : family_.series) {
      const std::string label = s->first().backend + ", " + s->first().routing;
      const Role role = roles.try_emplace(label, alternative(roles.size())).first->second;
      Series line{Mark::kLine, role, label}, points{Mark::kPoints, role, ""};
      for (const ExpertLayer& x : s->layers) {
        const double time_s = both_s(*s, x);
        if (!std::isfinite(time_s)) continue;
        line.x.push_back(x.granularity());
        line.y.push_back(per_token(time_s));
        points.names.push_back(label + ", G " + in_words(x.granularity()) + ": " +
                               in_words(line.y.back()) + " ns per token");
        if (x.granularity() == 1.0 && is_dropless(s->first()))
          coarsest = std::isnan(coarsest) ? time_s : std::min(coarsest, time_s);
      }
      points.x = line.x;
      points.y = line.y;
      all.insert(all.end(), line.y.begin(), line.y.end());
      out.series.push_back(line);
      out.series.push_back(points);
    }
    add_bounds(out, granularities, coarsest, all);
    out.x = {"granularity G", "", AxisScale::kLog};
    fit_axis(out.x, granularities);
    out.x.ticks.emplace();
    for (const double g : granularities) out.x.ticks->push_back({g, in_words(g)});
    out.y = {"time per token", "ns", AxisScale::kLog};
    fit_axis(out.y, all);
    return out;
  }

 private:
  double per_token(double time_s) const {
    return kNanoseconds * time_s / static_cast<double>(family_.layer().tokens);
  }

  void add_bounds(Panel& panel, const std::vector<double>& granularities, double coarsest,
                  std::vector<double>& all) const {
    Series roofline{Mark::kLine, Role::kReference, "roofline of the datasheet"},
        paper{Mark::kLine, Role::kOptimum, "c_r = 14, as the paper counts"};
    const CostPeaks& peaks = table_.peaks;
    const double reference =
        table_.source == CostSource::kMeasured ? peaks.gemm_flops_per_s : peaks.spec_flops_per_s;
    const MoeLayer& layer = family_.layer();
    for (const double g : granularities) {
      LayerSize size = size_of(layer);
      const double per_g = g / layer.experts.granularity();
      size.num_experts *= per_g;
      size.expert_width /= per_g;
      size.top_k *= per_g;
      if (std::isfinite(peaks.spec_flops_per_s) && std::isfinite(peaks.spec_bytes_per_s)) {
        roofline.x.push_back(g);
        roofline.y.push_back(per_token(roofline_s(
            size, Pass::kBoth, Stage::kWhole, {peaks.spec_flops_per_s, peaks.spec_bytes_per_s})));
      }
      if (std::isfinite(coarsest) && std::isfinite(reference)) {
        const double routing_flops = static_cast<double>(kPaperRouterCost) * size.d_model *
                                     layer.experts.expansion() * (g - 1.0);
        paper.x.push_back(g);
        paper.y.push_back(per_token(coarsest) + kNanoseconds * routing_flops / reference);
      }
    }
    for (const Series* s : {&roofline, &paper}) {
      if (s->x.empty()) continue;
      panel.series.push_back(*s);
      all.insert(all.end(), s->y.begin(), s->y.end());
    }
  }

  const LayerFamily& family_;
  const CostTable& table_;
};

Figure draw_price(const PictureInput& input, const FigureRequest&, const Context&) {
  // A table that ships is named, and has no JSON of its own here.
  const CostTable table = input.json.contains("rows")
                              ? cost_table_from_text(input.json.dump(), input.origin)
                              : read_cost_table(input.origin);
  const std::vector<CostSeries> series = series_of(table);
  const std::vector<LayerFamily> families = families_of(series);
  if (families.empty())
    throw DataError(input.origin, "has no layer that was timed at two granularities");
  Figure out{"price", "What granularity costs in time", ""};
  out.description =
      table.source == CostSource::kMeasured
          ? "Forward and backward of single layers, measured on " + table.environment.gpu_name + "."
          : "Forward and backward of single layers, by the roofline alone.";
  if (const auto headline = headline_router_cost(router_costs(table))) {
    out.description += " In the unit of the paper's 14, routing costs " +
                       in_words(headline->value) +
                       " at G = " + in_words(headline->layer.experts.granularity()) + " (" +
                       headline->backend + ", " + layer_words(headline->layer) + ").";
  }
  std::map<std::string, Role> roles;
  for (const LayerFamily& family : families) {
    out.panels.push_back(PricePanel(family, table).panel(roles));
    out.panels.back().row = (out.panels.size() - 1) / 2;
    out.panels.back().column = (out.panels.size() - 1) % 2;
  }
  return out;
}

}  // namespace

Picture price_picture() {
  return {{"price", "time per token over granularity, by what multiplies", {kCostFormat}},
          draw_price};
}

}  // namespace isoflop::api
