// isoflop next-runs: what to train next so that the plan for a larger budget becomes more certain.
#include "isoflop/text/next_runs.hpp"

#include <nlohmann/json.hpp>

#include "apps/isoflop/options/planning.hpp"
#include "apps/isoflop/options/team.hpp"
#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"

namespace isoflop::app {
namespace next_runs_verb {

void options(Form& form) {
  law_options(form);
  form.required_word({"--target-flops", "the budget of the plan that is to become certain", "X"});
  form.required_word({"--budget-flops", "FLOPs for all runs together", "X"});
  form.word({"--runs", "at most so many runs (default 10)", "K"});
  form.word({"--noise",
             "sd of the loss of a run, in per cent (default: as the runs of the fit scatter)",
             "X"});
  form.word({"--reach",
             "N and D of a run exceed those of the runs behind the law at most so many times "
             "(default 4)",
             "X"});
  form.word({"--max-n", "largest N, as the law counts it", "X"});
  form.word({"--max-d", "largest D", "X"});
  form.word({"--max-g", "largest G (default: twice that of the runs)", "X"});
  accounting_options(form, "G of the plan: continuous (default) or fixed", "continuous|X");
  law_conventions_options(form);
  variable_options(form);
  accept_unconverged_option(form);
  team_options(form);
  form.output({"-o,--output", "write the runs as CSV: n,d,g,flops; - prints them alone", "FILE"});
  form.own_flag({"--csv", "print that CSV and nothing else"});
  form.own_flag({"--json", "print JSON (isoflop.next-runs/1) and nothing else"});
  form.footer(
      "Example, in a checkout of isoflop:\n"
      "  isoflop fit data/published/krajewski2024_grid_simulated.csv --law fine-grained-moe \\\n"
      "      --column loss=loss_simulated --n-means total_non_embedding --expansion 64 \\\n"
      "      -o law.json\n"
      "  isoflop next-runs --law law.json --target-flops 1e22 --budget-flops 1e21");
}

int run(Form& form) {
  const std::string file = form.own("output");
  const bool json = form.has_own("json"), csv = form.has_own("csv") || is_stdout(file);
  if (csv && json) {
    throw InvalidArgument(std::string(is_stdout(file) ? "-o -" : "--csv") +
                          " and --json exclude each other");
  }
  require_output(file);
  const api::NextRunsOutcome outcome =
      api::next_runs(api::next_runs_request(form.request()), terminal_context());
  if (is_file(file)) write_file(file, text::next_runs_csv(outcome));
  print(json  ? json_text(to_json(outcome))
        : csv ? text::next_runs_csv(outcome)
              : text::next_runs(outcome));
  return outcome.usable() ? 0 : 1;
}

}  // namespace next_runs_verb

const Verb kNextRuns{"next-runs",
                     "What to train next so that the plan for a larger budget becomes more certain",
                     next_runs_verb::options, next_runs_verb::run};

}  // namespace isoflop::app
