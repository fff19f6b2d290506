// isoflop-bench show: a cost table for people, or as CSV; needs no GPU.
#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/bench_cost_series.hpp"
#include "apps/isoflop-bench/text/cost_model.hpp"
#include "apps/isoflop-bench/text/cost_table.hpp"
#include "apps/isoflop-bench/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/io/cost_table_file.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::app {
namespace {

struct Arguments {
  std::string table;
  bool csv = false, json = false;
};

std::string number(double x) { return std::isfinite(x) ? format_number(x) : ""; }

/// One line per row, without its samples.
std::string to_csv(const CostTable& table) {
  std::string out =
      "tokens,d_model,d_ff,expansion,granularity,k0,num_experts,expert_width,top_k,activation,"
      "renormalize,backend,routing,seed,regime,pass,stage,graph,counts,dw_dtype,capacity_factor,"
      "time_s,p10_s,p90_s,low_s,high_s,num_samples,model_flops,padded_flops,executed_flops,bytes,"
      "expert_flops_per_s,bytes_per_s,mfu_measured,mfu_spec,min_rows,mean_rows,max_rows,num_empty,"
      "padding_rows,dropped_rows,check_error,check_tolerance,sm_clock_mhz,power_w,temperature_c,"
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

int run(const Arguments& arguments) {
  if (arguments.csv && arguments.json) throw UsageError("say either --csv or --json");
  const CostTable table = read_cost_table(arguments.table);
  if (arguments.csv) {
    print(to_csv(table));
    return 0;
  }
  if (arguments.json) {
    print(json_text(findings_to_json(table)));
    return 0;
  }
  std::string text = describe_cost_table(table);
  for (const std::string& part : {describe_cost_models(table), describe_router_costs(table)}) {
    if (!part.empty()) text += "\n" + part;
  }
  print(text);
  return 0;
}

}  // namespace

void add_bench_show(CLI::App& app, Job& job) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "show", "A cost table at a glance, with the fitted cost model and c_r; needs no GPU");
  command->add_option("COST", arguments->table, "cost table (isoflop.cost/1)")
      ->type_name("FILE")
      ->required();
  command->add_flag("--csv", arguments->csv, "print every row as CSV and nothing else");
  command->add_flag("--json", arguments->json,
                    "print errors of the cost model and c_r as JSON (isoflop.show/1)");
  command->footer(
      "Example:\n  isoflop-bench model --gpu h200 --tokens 16384 --d-model 2048 --d-ff 8192 "
      "--expansion 64 --granularity 1,8,32 -o model.json\n  isoflop-bench show model.json");
  command->callback([arguments, &job] { job = [arguments] { return run(*arguments); }; });
}

}  // namespace isoflop::app
