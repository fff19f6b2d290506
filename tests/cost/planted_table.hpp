/// Tables of measurements that nobody made, with times by a formula of the test.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "isoflop/cost/measured_table.hpp"
#include "isoflop/cost/moe_work.hpp"
#include "layers.hpp"

namespace isoflop::testing {

inline CostEnvironment planted_environment() {
  CostEnvironment out;
  out.date = "2026-01-01T00:00:00Z";
  out.gpu_name = "planted";
  out.driver = "1.0";
  return out;
}

inline CostPeaks planted_peaks() {
  CostPeaks out;
  out.gemm_flops_per_s = 8e14;
  return out;
}

/// Three samples around the time.
inline CostRow planted_row(const MoeLayer& layer, Pass pass, Stage stage, double time_s,
                           std::string backend = "loop", double spread = 0.01) {
  const LayerSize size = size_of(layer);
  const StageWork work = pass_work(size, balanced_rows(size), pass, stage);
  CostRow row;
  row.layer = layer;
  row.backend = std::move(backend);
  row.routing = "multinomial";
  row.pass = pass;
  row.stage = stage;
  row.time_s = time_s;
  row.samples_s = {time_s * (1.0 - spread), time_s, time_s * (1.0 + spread)};
  row.model_flops = work.model_flops;
  row.padded_flops = work.padded_flops;
  row.executed_flops = work.executed_flops;
  row.bytes = work.bytes();
  row.check_error = 1e-3;
  row.check_tolerance = 5e-3;
  return row;
}

inline MeasuredTable planted_table(const std::vector<CostRow>& rows) {
  MeasuredTable out(planted_environment(), planted_peaks());
  out.append(rows);
  return out;
}

}  // namespace isoflop::testing
