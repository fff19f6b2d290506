#include <cmath>

#include "isoflop/api/show.hpp"
#include "isoflop/core/word_list.hpp"
#include "isoflop/cost/series.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::api {
namespace {

std::string number(double x) { return std::isfinite(x) ? format_number(x) : ""; }

}  // namespace

std::string to_csv(const CostTable& table) {
  std::string out =
      "tokens,d_model,d_ff,expansion,granularity,k0,num_experts,expert_width,top_k,activation,"
      "renormalize,backend,fused,routing,seed,regime,pass,stage,graph,counts,dw_dtype,capacity_"
      "factor,"
      "time_s,p10_s,p90_s,low_s,high_s,num_samples,model_flops,padded_flops,executed_flops,bytes,"
      "expert_flops_per_s,bytes_per_s,mfu_measured,mfu_spec,min_rows,mean_rows,max_rows,num_empty,"
      "padding_rows,dropped_rows,checked,check_error,check_tolerance,sm_clock_mhz,power_w,"
      "temperature_c,"
      "remarks\n";
  for (const CostRow& row : table.rows) {
    const ExpertLayer& x = row.layer.experts;
    std::string remarks;
    for (const std::string& remark : row.remarks) remarks += (remarks.empty() ? "" : "; ") + remark;
    std::string cells[] = {std::to_string(row.layer.tokens),
                           std::to_string(row.layer.d_model),
                           std::to_string(x.d_ff),
                           number(x.expansion()),
                           number(x.granularity()),
                           number(x.k0()),
                           std::to_string(x.num_experts),
                           std::to_string(x.expert_width),
                           std::to_string(x.top_k),
                           std::string(to_string(row.layer.activation)),
                           row.layer.renormalize ? "true" : "false",
                           row.backend,
                           joined(words_of(row.fused), "+"),
                           "\"" + row.routing + "\"",
                           std::to_string(row.seed),
                           std::string(to_string(row.regime)),
                           std::string(to_string(row.pass)),
                           std::string(to_string(row.stage)),
                           row.graph ? "true" : "false",
                           row.counts,
                           row.dw_dtype,
                           number(row.capacity_factor),
                           number(row.time_s),
                           number(row.p10_s),
                           number(row.p90_s),
                           number(row.low_s),
                           number(row.high_s),
                           std::to_string(row.samples_s.size()),
                           number(row.model_flops),
                           number(row.padded_flops),
                           number(row.executed_flops),
                           number(row.bytes),
                           number(expert_flops_per_s(row)),
                           number(bytes_per_s(row)),
                           number(model_flops_utilisation(row, table.peaks.gemm_flops_per_s)),
                           number(model_flops_utilisation(row, table.peaks.spec_flops_per_s)),
                           std::to_string(row.stats.min_rows),
                           number(row.stats.mean_rows),
                           std::to_string(row.stats.max_rows),
                           std::to_string(row.stats.num_empty),
                           std::to_string(row.stats.padding_rows),
                           std::to_string(row.stats.dropped_rows),
                           std::string(to_string(row.checked)),
                           number(row.check_error),
                           number(row.check_tolerance),
                           number(row.state.sm_clock_mhz),
                           number(row.state.power_w),
                           number(row.state.temperature_c),
                           "\"" + remarks + "\""};
    std::string line;
    for (const std::string& cell : cells) line += (line.empty() ? "" : ",") + cell;
    out += line + "\n";
  }
  return out;
}

}  // namespace isoflop::api
