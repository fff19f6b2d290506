#include "isoflop/cost/cost_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <tuple>
#include <utility>

#include "isoflop/core/interval.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/cost/choose_rows.hpp"

namespace isoflop {
namespace {

using Rows = std::vector<CostRow>;

auto layer_key(const MoeLayer& x) {
  return std::make_tuple(x.tokens, x.d_model, x.experts.d_ff, x.experts.num_experts,
                         x.experts.expert_width, x.experts.top_k, x.activation, x.renormalize);
}
using LayerKey = decltype(layer_key(std::declval<MoeLayer>()));

/// Layers that differ by granularity alone share this.
auto series_key(const MoeLayer& x) {
  const ExpertLayer& e = x.experts;
  return std::make_tuple(x.tokens, x.d_model, e.d_ff, e.num_experts * e.expert_width,
                         e.top_k * e.expert_width, x.activation, x.renormalize);
}
using SeriesKey = decltype(series_key(std::declval<MoeLayer>()));

WorkOptions options_of(const CostRow& row) {
  WorkOptions out;
  if (row.dw_dtype == "fp32") out.weight_gradient_bytes = 4.0;
  out.fused = row.fused;
  return out;
}

Rows rows_where(const Rows& rows, const std::function<bool(const CostRow&)>& holds) {
  Rows out;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(out), holds);
  return out;
}

std::vector<const CostRow*> references_to(const Rows& rows) {
  std::vector<const CostRow*> out;
  for (const CostRow& row : rows) out.push_back(&row);
  return out;
}

/// A stage takes what it takes, whichever pass it was timed in.
Pass pass_of(Stage stage, Pass timed_in) {
  return stage == Stage::kWhole ? timed_in : is_forward(stage) ? Pass::kForward : Pass::kBackward;
}

std::vector<LayerKey> layers_in(const Rows& rows) {
  std::vector<LayerKey> out;
  for (const CostRow& row : rows) out.push_back(layer_key(row.layer));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

class Errors {
 public:
  void add(const CostModel& model, const CostRow& row) {
    const double error = std::abs(model.seconds(size_of(row.layer), row.pass) / row.time_s - 1.0);
    if (!std::isnan(error)) errors_.push_back(error);
  }
  ModelError result() {
    std::sort(errors_.begin(), errors_.end());
    return {errors_.size(), sample_quantile(errors_, 0.5), sample_quantile(errors_, 1.0)};
  }

 private:
  std::vector<double> errors_;
};

/// The errors of a pass on the layers of `tested`, by a model of all other rows.
void add_unseen(Errors& errors, const Rows& rows, Pass pass, const std::set<LayerKey>& tested) {
  auto is_tested = [&](const CostRow& row) { return tested.contains(layer_key(row.layer)); };
  const CostModel model(rows_where(rows, std::not_fn(is_tested)));
  for (const CostRow& row : rows) {
    if (row.stage == Stage::kWhole && row.pass == pass && is_tested(row)) errors.add(model, row);
  }
}

std::set<LayerKey> finest_layers(const Rows& rows) {
  std::map<SeriesKey, std::pair<MoeLayer, MoeLayer>> ends;  // coarsest, finest
  for (const CostRow& row : rows) {
    auto& [coarse, fine] =
        ends.try_emplace(series_key(row.layer), row.layer, row.layer).first->second;
    if (row.layer.experts.expert_width > coarse.experts.expert_width) coarse = row.layer;
    if (row.layer.experts.expert_width < fine.experts.expert_width) fine = row.layer;
  }
  std::set<LayerKey> out;
  for (const auto& [series, layers] : ends) {
    if (!(layers.first == layers.second)) out.insert(layer_key(layers.second));
  }
  return out;
}

}  // namespace

TimedWork timed_work(const CostRow& row) {
  const LayerSize size = size_of(row.layer);
  StageWork work = pass_work(size, balanced_rows(size), row.pass, row.stage, options_of(row));
  work.padded_flops = row.padded_flops;
  return {work, row.time_s};
}

CostModel::CostModel(const std::vector<const CostRow*>& rows, std::size_t min_layers) {
  if (rows.empty()) return;
  balanced_ = rows.front()->routing == "balanced";
  options_ = options_of(*rows.front());
  struct Group {
    std::vector<TimedWork> data;
    std::set<LayerKey> layers;
  };
  std::map<std::pair<Stage, Pass>, Group> groups;
  for (const CostRow* row : rows) {
    Group& group = groups[{row->stage, pass_of(row->stage, row->pass)}];
    group.data.push_back(timed_work(*row));
    group.layers.insert(layer_key(row->layer));
  }
  std::map<std::pair<Stage, Pass>, AffineTime> laws;
  for (const auto& [key, group] : groups) {
    if (group.layers.size() >= min_layers) laws.emplace(key, fit_affine_time(group.data));
  }

  // Nothing unless all of these have a law.
  const auto parts_of = [&](Pass pass, std::span<const Stage> stages) {
    std::vector<Part> out;
    for (const Stage stage : stages) {
      const auto law = laws.find({stage, pass_of(stage, pass)});
      if (law == laws.end()) return std::vector<Part>();
      out.push_back({pass, stage, law->second});
    }
    return out;
  };
  constexpr std::array kWholePass{Stage::kWhole};
  for (const Pass pass : {Pass::kForward, Pass::kBackward, Pass::kBoth}) {
    std::vector<Part>& mine = parts_[static_cast<std::size_t>(pass)];
    mine = parts_of(pass, stages_of(pass, options_.fused));
    if (mine.empty()) mine = parts_of(pass, kWholePass);
    if (mine.empty() && pass == Pass::kBoth && covers(Pass::kForward) && covers(Pass::kBackward)) {
      mine = parts(Pass::kForward);
      mine.insert(mine.end(), parts(Pass::kBackward).begin(), parts(Pass::kBackward).end());
    }
  }
}

CostModel::CostModel(const Rows& rows) : CostModel(references_to(rows)) {}

double CostModel::seconds(const LayerSize& size, Pass pass) const {
  if (!covers(pass)) return kNotMeasured;
  const ExpertRows rows = balanced_ ? balanced_rows(size) : multinomial_rows(size);
  double out = 0.0;
  for (const Part& part : parts(pass)) {
    out += part.law.seconds(pass_work(size, rows, part.pass, part.stage, options_));
  }
  return out;
}

std::vector<CostModelReport> report_cost_models(const Rows& all_rows) {
  std::vector<CostModelReport> out;
  for (const std::string& backend : backends_in(all_rows)) {
    const Rows rows =
        rows_where(all_rows, [&](const CostRow& row) { return row.backend == backend; });
    const CostModel model(rows);
    for (const Pass pass : {Pass::kForward, Pass::kBackward, Pass::kBoth}) {
      const Rows whole = rows_where(
          rows, [&](const CostRow& row) { return row.stage == Stage::kWhole && row.pass == pass; });
      if (whole.empty()) continue;
      Errors in_sample, finest, left_out;
      for (const CostRow& row : whole) in_sample.add(model, row);
      add_unseen(finest, rows, pass, finest_layers(whole));
      for (const LayerKey& layer : layers_in(whole)) add_unseen(left_out, rows, pass, {layer});
      out.push_back({backend, pass, in_sample.result(), finest.result(), left_out.result()});
    }
  }
  return out;
}

std::vector<const CostRow*> resampled_layers(const Rows& rows, std::uint64_t seed) {
  std::map<LayerKey, std::vector<const CostRow*>> by_layer;
  for (const CostRow& row : rows) by_layer[layer_key(row.layer)].push_back(&row);
  std::vector<const std::vector<const CostRow*>*> layers;
  for (const auto& [key, members] : by_layer) layers.push_back(&members);
  Random random(seed);
  std::vector<const CostRow*> out;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::vector<const CostRow*>& drawn = *layers[random.below(layers.size())];
    out.insert(out.end(), drawn.begin(), drawn.end());
  }
  return out;
}

}  // namespace isoflop
