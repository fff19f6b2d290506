#include "isoflop/text/cost_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "isoflop/core/word_list.hpp"
#include "isoflop/cost/compare.hpp"
#include "isoflop/cost/moe_work.hpp"
#include "isoflop/cost/roofline.hpp"
#include "isoflop/cost/series.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/io/units.hpp"
#include "isoflop/text/environment.hpp"
#include "isoflop/text/grid.hpp"

namespace isoflop::text {
namespace {

using app::TextGrid;

std::string fused_text(const Fusion& fused) {
  return fused == Fusion{} ? "" : ", fused: " + joined(words_of(fused), "+");
}

std::string title_of(const CostSeries& series) {
  const CostRow& row = series.first();
  const ExpertLayer& x = row.layer.experts;
  std::string out =
      "d_model " + std::to_string(row.layer.d_model) + ", " + std::to_string(row.layer.tokens) +
      " tokens, d_ff " + std::to_string(x.d_ff) + ", E " + human_number(x.expansion()) + ", k0 " +
      human_number(x.k0()) + ", " + std::string(to_string(row.layer.activation)) +
      (row.layer.renormalize ? ", renormalised" : "") + "\n" + row.backend + fused_text(row.fused) +
      ", " + row.routing + " routing, " + std::string(to_string(row.regime));
  if (row.capacity_factor > 0.0) out += ", capacity factor " + format_number(row.capacity_factor);
  if (!row.graph) out += ", launched kernel by kernel";
  if (!row.counts.empty()) out += ", counts: " + row.counts;
  if (!row.dw_dtype.empty()) out += ", dW in " + row.dw_dtype;
  if (row.backend != kRooflineBackend && row.checked != Check::kReference) {
    out += row.checked == Check::kSelf ? ", checked against itself only" : ", not checked";
  }
  return out + "\n";
}

std::string whole_grid(const CostSeries& series, const CostPeaks& peaks, bool measured) {
  TextGrid grid;
  std::vector<std::string> head{"G", "experts", "width", "top-k", "forward", "backward", "both"};
  if (measured) head.emplace_back("+-");
  head.insert(head.end(), {"TFLOP/s fwd", "both"});
  if (measured) head.emplace_back("of peak");
  head.emplace_back("of spec");
  grid.add(head);
  for (const ExpertLayer& x : series.layers) {
    const CostRow* const forward = series.find(x, Pass::kForward);
    const CostRow* const backward = series.find(x, Pass::kBackward);
    const CostRow* const both = series.find(x, Pass::kBoth);
    const CostRow* const last = both != nullptr ? both : forward != nullptr ? forward : backward;
    if (last == nullptr) continue;
    auto time = [](const CostRow* row) { return row ? time_text(row->time_s) : "-"; };
    auto rate = [](const CostRow* row) {
      return row ? digits_text(expert_flops_per_s(*row) / 1e12) : "-";
    };
    std::vector<std::string> cells{human_number(x.granularity()),
                                   std::to_string(x.num_experts),
                                   std::to_string(x.expert_width),
                                   std::to_string(x.top_k),
                                   time(forward),
                                   time(backward),
                                   time(both)};
    if (measured) cells.push_back(share_text((last->high_s - last->low_s) / 2.0 / last->time_s));
    cells.insert(cells.end(), {rate(forward), rate(both)});
    if (measured) {
      cells.push_back(share_text(model_flops_utilisation(*last, peaks.gemm_flops_per_s)));
    }
    cells.push_back(share_text(model_flops_utilisation(*last, peaks.spec_flops_per_s)));
    grid.add(cells);
  }
  return grid.text("  ");
}

/// The row of a stage, of whichever pass the table has it under.
const CostRow* stage_row(const CostSeries& series, const ExpertLayer& x, Stage stage) {
  const CostRow* const row =
      series.find(x, is_forward(stage) ? Pass::kForward : Pass::kBackward, stage);
  return row != nullptr ? row : series.find(x, Pass::kBoth, stage);
}

/// Shares of time; with rates also the bandwidth, which a roofline has from its assumptions.
std::string stage_grid(const CostSeries& series, bool with_rates) {
  TextGrid grid({0});
  std::vector<std::string> head{"stage"};
  std::vector<double> sums;
  for (const ExpertLayer& x : series.layers) {
    head.push_back("G = " + human_number(x.granularity()));
    if (with_rates) head.emplace_back();
    double sum = 0.0;
    for (const Stage stage : stages_of(Pass::kBoth)) {
      const CostRow* const row = stage_row(series, x, stage);
      if (row != nullptr) sum += row->time_s;
    }
    sums.push_back(sum);
  }
  grid.add(head);
  for (const Stage stage : stages_of(Pass::kBoth)) {
    std::vector<std::string> cells{std::string(to_string(stage))};
    bool any = false;
    for (std::size_t i = 0; i < series.layers.size(); ++i) {
      const CostRow* const row = stage_row(series, series.layers[i], stage);
      any = any || row != nullptr;
      cells.push_back(row ? share_text(row->time_s / sums[i]) : "-");
      if (with_rates) cells.push_back(row ? bandwidth_text(bytes_per_s(*row)) : "-");
    }
    if (any) grid.add(cells);
  }
  return grid.text("  ");
}

/// Every remark once, with the granularities that it was made on.
std::string remarks_of(const CostSeries& series) {
  std::vector<std::pair<std::string, std::vector<std::string>>> all;
  for (const ExpertLayer& x : series.layers) {
    for (const CostRow* row : series.rows) {
      if (row->layer.experts != x) continue;
      for (const std::string& remark : row->remarks) {
        auto known = std::find_if(all.begin(), all.end(),
                                  [&](const auto& other) { return other.first == remark; });
        if (known == all.end()) known = all.insert(all.end(), {remark, {}});
        const std::string g = human_number(x.granularity());
        if (known->second.empty() || known->second.back() != g) known->second.push_back(g);
      }
    }
  }
  std::string out;
  for (const auto& [remark, granularities] : all) {
    std::string where;
    for (const std::string& g : granularities) where += (where.empty() ? "" : ", ") + g;
    out += "  G = " + where + ": " + remark + "\n";
  }
  return out;
}

/// What fusion buys, of graphs; "" where the table has nothing to tell it by.
std::string describe_fusion(const CostTable& table) {
  std::vector<CostPair> pairs = fusion_pairs(table);
  std::erase_if(pairs, [](const CostPair& x) { return !x.b.graph; });
  if (pairs.empty()) return "";
  TextGrid grid({0});
  grid.add({"", "d_model", "T", "experts", "width", "top-k", "forward", "backward", "both"});
  while (!pairs.empty()) {
    const CostRow first = pairs.front().b;
    std::array<std::string, kPassNames.size()> ratios{"-", "-", "-"};
    std::erase_if(pairs, [&](const CostPair& x) {
      if (x.b.layer != first.layer || x.b.backend != first.backend ||
          x.b.routing != first.routing || x.b.regime != first.regime) {
        return false;
      }
      ratios[static_cast<std::size_t>(x.b.pass)] = digits_text(x.ratio());
      return true;
    });
    const ExpertLayer& e = first.layer.experts;
    grid.add({first.backend + ", " + first.routing + ", " + std::string(to_string(first.regime)),
              std::to_string(first.layer.d_model), std::to_string(first.layer.tokens),
              std::to_string(e.num_experts), std::to_string(e.expert_width),
              std::to_string(e.top_k), ratios[0], ratios[1], ratios[2]});
  }
  return "\nwhat fusion buys: time over that with nothing fused\n" + grid.text("  ");
}

}  // namespace

std::string describe_cost_table(const CostTable& table) {
  const bool measured = table.source == CostSource::kMeasured;
  std::string out = measured ? "measured\n" : "roofline: a model, nothing was measured\n";
  out += describe_environment(table.environment) + describe_peaks(table.peaks);
  bool has_stages = false;
  for (const CostSeries& series : series_of(table)) {
    out += "\n" + title_of(series) + whole_grid(series, table.peaks, measured);
    if (series.has_stages()) out += "\n" + stage_grid(series, measured);
    has_stages = has_stages || series.has_stages();
    out += remarks_of(series);
  }
  if (table.rows.empty()) return out;
  out += describe_fusion(table);
  out +=
      "\nTFLOP/s: FLOPs of the experts alone over the time of the whole layer; of spec: the same "
      "over\n"
      "the specified rate";
  out += measured
             ? ", of peak: over the best measured GEMM; +-: half the 95 % interval of the median.\n"
             : ".\n";
  if (has_stages) {
    out += "stages: share of forward + backward";
    out += measured ? ", and least bytes over time.\n" : ".\n";
  }
  return out;
}

}  // namespace isoflop::text
