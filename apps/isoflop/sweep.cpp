// isoflop sweep: the runs of an isoFLOP sweep that is still to be trained.
#include "isoflop/api/sweep.hpp"

#include <nlohmann/json.hpp>

#include "apps/isoflop/options/planning.hpp"
#include "apps/isoflop/options/report.hpp"
#include "apps/isoflop/options/team.hpp"
#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/text/sweep.hpp"

namespace isoflop::app {
namespace sweep_verb {

void options(Form& form) {
  constexpr const char* kCosts = "What it costs";
  law_options(form);
  form.words({"--flops", "the budgets of the sweep, such as 1e18 3e18 1e19", "X ..."});
  form.word({"--cells", "sizes at each budget, and each G (default 7)", "K"});
  form.word({"--octaves", "log2 of the largest over the smallest size (default 4)", "X"});
  form.words({"--granularities",
              "a grid for each of these G, so that the sweep says which is best (default: one, for "
              "the best by the law)",
              "G ..."});
  form.word({"--within",
             "choose cells and octaves: the fewest that leave N* at the target within this share "
             "either way (95 %)",
             "SHARE"});
  form.word({"--within-by", "which interval that is: by profiles (default), or by a fit of the law",
             "profiles|fit"});
  form.word({"--target-flops",
             "the budget that the sweep is to say the optimum of (default: ten times its largest)",
             "X"});
  form.word({"--noise",
             "sd of the loss of a run, in per cent (default: as the runs of the fit scatter)",
             "X"});
  form.word({"--min-steps", "drop cells with fewer steps (default 500)", "K"});
  form.flag({"--simulate",
             "train the cells in simulation: a column loss_simulated, by the law with noise"});
  form.word({"--simulations", "simulated sweeps behind an interval (default 1000)", "K"});
  form.word({"--seed", "seed of all that is random (default 1)", "S"});
  accounting_options(form, "G of all cells (default: at each budget the best power of two)",
                     "pow2|X");
  law_conventions_options(form);
  cost_options(form);
  vocabulary_options(form);
  variable_options(form);
  accept_unconverged_option(form);
  models_options(form, {"64", "32", "64", "1.25"});
  batch_option(form);
  hyperparameters_option(form, "Real shapes");
  gpu_options(form, kCosts);
  time_options(form);
  form.word({"--emit", "write the run of every cell for this trainer into --emit-dir",
             "megatron|hf|torchtitan", "Launching"});
  form.own_word({"--emit-dir", "folder for them; made where it is missing", "DIR", "Launching"});
  team_options(form);
  form.output({"-o,--output", "write the runs as CSV; - prints them alone", "FILE"});
  form.own_flag({"--csv", "print that CSV and nothing else"});
  report_option(form);
  form.own_flag({"--json", "print JSON (isoflop.sweep/1) and nothing else"});
  form.reclaim("law", {"flops", "granularities"}, is_list_of_numbers);
  form.footer(
      "Example:\n"
      "  isoflop sweep krajewski2024-e64 --flops 1e18 3e18 1e19 3e19 --granularity 8 --noise 0.3");
}

int run(Form& form) {
  const nlohmann::ordered_json request = form.request();
  const std::string file = form.own("output"), folder = form.own("emit_dir");
  const bool json = form.has_own("json"), csv = form.has_own("csv") || is_stdout(file);
  if (csv && json) {
    throw InvalidArgument(std::string(is_stdout(file) ? "-o -" : "--csv") +
                          " and --json exclude each other");
  }
  if (folder.empty() != !request.contains("emit")) {
    throw InvalidArgument("emit", "--emit and --emit-dir belong together");
  }
  require_output(file);
  require_report(form);
  if (!folder.empty()) make_folder(folder);
  const api::SweepOutcome outcome = api::sweep(api::sweep_request(request), terminal_context());
  if (is_file(file)) write_file(file, text::sweep_csv(outcome));
  for (const api::SweepRun& one : outcome.runs) {
    if (folder.empty()) break;
    write_file(folder + "/" + one.name + text::launch_ending(outcome), one.launch);
  }
  if (csv && !outcome.dropped.empty()) {
    warn(std::to_string(outcome.dropped.size()) +
         " cells were dropped; without --csv the reasons are shown");
  }
  const std::string document = json_text(to_json(outcome)), text = text::sweep(outcome);
  show_and_report(form, json ? document : csv ? text::sweep_csv(outcome) : text, document, text);
  return outcome.usable() ? 0 : 1;
}

}  // namespace sweep_verb

const Verb kSweep{"sweep", "The runs of an isoFLOP sweep, what they cost and what they will say",
                  sweep_verb::options, sweep_verb::run};

}  // namespace isoflop::app
