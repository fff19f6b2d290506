// The fields of isoflop.cost/1, each named once: what writes and what reads both walk through them.
#pragma once

#include "isoflop/cost/cost_table.hpp"

namespace isoflop::detail {

template <class Environment, class Field>
void each_environment_field(Environment& x, Field&& field) {
  field("date", x.date);
  field("git_revision", x.git_revision);
  field("command_line", x.command_line);
  field("gpu_name", x.gpu_name);
  field("gpu_uuid", x.gpu_uuid);
  field("num_sms", x.num_sms);
  field("memory_bytes", x.memory_bytes);
  field("l2_bytes", x.l2_bytes);
  field("compute_capability", x.compute_capability);
  field("driver", x.driver);
  field("cuda", x.cuda);
  field("cublas", x.cublas);
}

template <class Peaks, class Field>
void each_peak_field(Peaks& x, Field&& field) {
  field("spec_flops_per_s", x.spec_flops_per_s);
  field("spec_bytes_per_s", x.spec_bytes_per_s);
  field("spec_of", x.spec_of);
  field("gemm_flops_per_s", x.gemm_flops_per_s);
  field("gemm_mnk", x.gemm_mnk);
  field("copy_bytes_per_s", x.copy_bytes_per_s);
  field("gather_bytes_per_s", x.gather_bytes_per_s);
}

template <class Row, class Field>
void each_row_field(Row& x, Field&& field) {
  field("tokens", x.layer.tokens);
  field("d_model", x.layer.d_model);
  field("d_ff", x.layer.experts.d_ff);
  field("num_experts", x.layer.experts.num_experts);
  field("expert_width", x.layer.experts.expert_width);
  field("top_k", x.layer.experts.top_k);
  field("activation", x.layer.activation);
  field("renormalize", x.layer.renormalize);
  field("backend", x.backend);
  field("fused", x.fused);
  field("routing", x.routing);
  field("seed", x.seed);
  field("min_rows", x.stats.min_rows);
  field("mean_rows", x.stats.mean_rows);
  field("max_rows", x.stats.max_rows);
  field("num_empty", x.stats.num_empty);
  field("padding_rows", x.stats.padding_rows);
  field("dropped_rows", x.stats.dropped_rows);
  field("regime", x.regime);
  field("pass", x.pass);
  field("stage", x.stage);
  field("graph", x.graph);
  field("counts", x.counts);
  field("dw_dtype", x.dw_dtype);
  field("capacity_factor", x.capacity_factor);
  field("time_s", x.time_s);
  field("p10_s", x.p10_s);
  field("p90_s", x.p90_s);
  field("low_s", x.low_s);
  field("high_s", x.high_s);
  field("model_flops", x.model_flops);
  field("padded_flops", x.padded_flops);
  field("executed_flops", x.executed_flops);
  field("bytes", x.bytes);
  field("checked", x.checked);
  field("check_error", x.check_error);
  field("check_tolerance", x.check_tolerance);
  field("sm_clock_mhz", x.state.sm_clock_mhz);
  field("memory_clock_mhz", x.state.memory_clock_mhz);
  field("power_w", x.state.power_w);
  field("temperature_c", x.state.temperature_c);
  field("remarks", x.remarks);
  field("samples_s", x.samples_s);
}

}  // namespace isoflop::detail
