// isoflop-bench sweep: times a preset of layers within a time limit.
#include <nlohmann/json.hpp>

#include "apps/isoflop-bench/options.hpp"
#include "apps/isoflop-bench/requests.hpp"
#include "apps/isoflop-bench/runs.hpp"
#include "apps/isoflop-bench/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "cuda/campaign/presets.hpp"
#include "isoflop/text/cost_table.hpp"

namespace isoflop::app {
namespace sweep_command {

void options(Form& form) {
  form.required_word({"--preset",
                      "quick (2 minutes), paper (the layers of Krajewski et al. 2024) or modern "
                      "(d_model 2048, SwiGLU, open models), 8 minutes each",
                      "NAME"});
  backend_options(form);
  form.word({"--time-limit", "no run begins that would end later (default: as above)", "MIN"});
  form.required_word(
      {"-o,--output", "write the cost table (isoflop.cost/1), anew after every run", "FILE"});
  form.flag({"--resume", "go on with the cost table of the same command that was interrupted"});
  form.word({"--seed", "of inputs, weights and routing (default 1)", "X"});
  form.footer("Example:\n  isoflop-bench sweep --preset quick -o cost.json");
}

int run(Form& form, const bench::World& world) {
  const SweepRequest request = sweep_request(form.request());
  require_resumable(request.measure);
  std::vector<std::string> remarks;
  const std::vector<std::string> backends =
      bench::chosen_backends(request.backends, world.backends(), remarks);
  const bench::MeasureResult result =
      bench::measure_runs(world, bench::preset_runs(request.preset, backends, request.seed),
                          request.measure, run_observer(request.measure, false));
  for (const std::string& remark : remarks) warn(remark);
  print("\n" + text::describe_cost_table(result.table) + describe_missed(result) +
        "\ncost table: " + request.measure.output + ", " + std::to_string(result.num_measured) +
        " runs measured\n");
  return exit_code_of(result);
}

}  // namespace sweep_command

Verb sweep_verb(const bench::World& world) {
  return {"sweep", "Time a preset of layers with every backend, within a limit",
          sweep_command::options, [world](Form& form) { return sweep_command::run(form, world); }};
}

}  // namespace isoflop::app
