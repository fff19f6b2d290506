/// What a layer would cost on a GPU that always reaches one of its two peaks.
///   time of a stage = max(FLOPs / peak FLOP/s, bytes / bandwidth);  time of a pass = sum over
///   stages
/// Williams, Waterman and Patterson 2009, Communications of the ACM 52(4). Work as in moe_work.hpp,
/// FLOPs of the routed rows alone: a lower bound for layers whose stages are not fused, and no
/// measurement.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "isoflop/cost/cost_table.hpp"
#include "isoflop/cost/moe_work.hpp"

namespace isoflop {

inline constexpr std::string_view kRooflineBackend = "roofline";

struct RooflinePeaks {
  double flops_per_s, bytes_per_s;
};

/// Of one stage. Not of a sum of stages, which cannot overlap.
inline double roofline_s(const StageWork& stage, const RooflinePeaks& peaks) {
  return std::max(stage.model_flops / peaks.flops_per_s, stage.bytes() / peaks.bytes_per_s);
}

/// Of one stage of a pass, or of all of them one after another for kWhole.
double roofline_s(const LayerSize& size, Pass pass, Stage stage, const RooflinePeaks& peaks,
                  const WorkOptions& options = {});

/// A table in which nothing was measured. Its source can be nothing but kRoofline: rows come from
/// the formula alone.
class RooflineTable {
 public:
  /// Three passes of every layer, each as a whole and stage by stage, balanced routing. Of
  /// `provenance` only date, revision and command line are kept; spec_of names the datasheet that
  /// the peaks are from, if any. Throws InvalidArgument for peaks that are not positive and layers
  /// that require_runnable refuses.
  RooflineTable(const RooflinePeaks& peaks, std::string spec_of, std::span<const MoeLayer> layers,
                const CostEnvironment& provenance);

  const CostTable& table() const { return table_; }

 private:
  CostTable table_;
};

}  // namespace isoflop
