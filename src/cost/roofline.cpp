#include "isoflop/cost/roofline.hpp"

#include <cmath>
#include <utility>

namespace isoflop {
namespace {

RoutingStats balanced_stats(const MoeLayer& layer) {
  const std::uint64_t rows = layer.num_rows(), experts = layer.experts.num_experts;
  RoutingStats out;
  out.min_rows = rows / experts;
  out.max_rows = out.min_rows + (rows % experts == 0 ? 0 : 1);
  out.num_empty = rows < experts ? experts - rows : 0;
  out.mean_rows = layer.mean_rows_per_expert();
  return out;
}

CostRow roofline_row(const MoeLayer& layer, Pass pass, Stage stage, const RooflinePeaks& peaks) {
  const LayerSize size = size_of(layer);
  const StageWork work = pass_work(size, balanced_rows(size), pass, stage);
  CostRow row;
  row.layer = layer;
  row.backend = kRooflineBackend;
  row.routing = "balanced";
  row.stats = balanced_stats(layer);
  row.pass = pass;
  row.stage = stage;
  row.dw_dtype = "bf16";
  row.checked = Check::kNone;
  row.time_s = roofline_s(size, pass, stage, peaks);
  row.model_flops = work.model_flops;
  row.padded_flops = work.padded_flops;
  row.executed_flops = work.executed_flops;
  row.bytes = work.bytes();
  return row;
}

}  // namespace

double roofline_s(const LayerSize& size, Pass pass, Stage stage, const RooflinePeaks& peaks,
                  const WorkOptions& options) {
  const ExpertRows rows = balanced_rows(size);
  if (stage != Stage::kWhole) return roofline_s(stage_work(size, rows, stage, options), peaks);
  double out = 0.0;
  for (const Stage part : stages_of(pass)) {
    out += roofline_s(stage_work(size, rows, part, options), peaks);
  }
  return out;
}

RooflineTable::RooflineTable(const RooflinePeaks& peaks, std::string spec_of,
                             std::span<const MoeLayer> layers, const CostEnvironment& provenance) {
  if (!(peaks.flops_per_s > 0.0 && peaks.bytes_per_s > 0.0 && std::isfinite(peaks.flops_per_s) &&
        std::isfinite(peaks.bytes_per_s))) {
    throw InvalidArgument("the peaks of a roofline must be positive and finite");
  }
  table_.source = CostSource::kRoofline;
  table_.environment.date = provenance.date;
  table_.environment.git_revision = provenance.git_revision;
  table_.environment.command_line = provenance.command_line;
  table_.peaks.spec_flops_per_s = peaks.flops_per_s;
  table_.peaks.spec_bytes_per_s = peaks.bytes_per_s;
  table_.peaks.spec_of = std::move(spec_of);
  for (const MoeLayer& layer : layers) {
    require_runnable(layer);
    for (const Pass pass : {Pass::kForward, Pass::kBackward, Pass::kBoth}) {
      table_.rows.push_back(roofline_row(layer, pass, Stage::kWhole, peaks));
      for (const Stage stage : stages_of(pass)) {
        table_.rows.push_back(roofline_row(layer, pass, stage, peaks));
      }
    }
  }
}

}  // namespace isoflop
