// isoflop-bench moe: times layers that the command line names.
#include <nlohmann/json.hpp>

#include "apps/isoflop-bench/options.hpp"
#include "apps/isoflop-bench/requests.hpp"
#include "apps/isoflop-bench/runs.hpp"
#include "apps/isoflop-bench/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/io/cost_table_file.hpp"
#include "isoflop/text/cost_table.hpp"

namespace isoflop::app {
namespace moe_command {

void options(Form& form) {
  layer_options(form, "");
  run_options(form);
  form.word({"--regime",
             "sustained (default): on a card that is warm and busy; burst: after a pause", "NAME"});
  form.word({"--pass", "fwd, bwd or both (default)", "NAME"});
  form.word({"-o,--output", "write the cost table (isoflop.cost/1), anew after every run", "FILE"});
  form.flag({"--resume", "go on with the cost table of the same command that was interrupted"});
  form.own_flag({"--json", "print JSON (isoflop.cost/1) and nothing else"});
  form.footer(
      "Example:\n  isoflop-bench moe --tokens 16384 --d-model 2048 --d-ff 8192 --expansion 64 \\\n"
      "      --granularity 1,2,4,8,16,32 -o cost.json");
}

int run(Form& form, const bench::World& world) {
  const MoeRequest request = moe_request(form.request());
  require_resumable(request.measure);
  const bool is_quiet = form.has_own("json");
  std::vector<std::string> remarks;
  std::vector<bench::PlannedRun> runs =
      bench::planned_runs(api::layers_of(request.layers), request.run, world.backends(),
                          request.regime, request.pass, remarks);
  const bench::MeasureResult result = bench::measure_runs(world, std::move(runs), request.measure,
                                                          run_observer(request.measure, is_quiet));
  for (const std::string& remark : remarks) warn(remark);
  if (is_quiet) {
    print(cost_table_to_text(MeasuredTable(result.table)));
    for (const std::string& line : describe_by_reason(result.failed)) warn(line);
    for (const std::string& line : describe_by_reason(result.skipped)) warn(line);
  } else {
    print(text::describe_cost_table(result.table) + describe_missed(result));
    if (!request.measure.output.empty()) print("\ncost table: " + request.measure.output + "\n");
  }
  return exit_code_of(result);
}

}  // namespace moe_command

Verb moe_verb(const bench::World& world) {
  return {"moe", "Check, then time forward and backward of layers of experts on this GPU",
          moe_command::options, [world](Form& form) { return moe_command::run(form, world); }};
}

}  // namespace isoflop::app
