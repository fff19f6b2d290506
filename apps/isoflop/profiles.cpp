// isoflop profiles: a sweep of a few budgets read by parabolas.
#include "isoflop/api/profiles.hpp"

#include <nlohmann/json.hpp>

#include "apps/isoflop/options/fitting.hpp"
#include "apps/isoflop/options/report.hpp"
#include "apps/isoflop/options/team.hpp"
#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/text/profiles.hpp"

namespace isoflop::app {
namespace profiles_verb {

void options(Form& form) {
  runs_options(form);
  form.word(
      {"--budget", "the column of budgets; without it runs are grouped by their own FLOPs", "COL"});
  form.word({"--cost",
             "how FLOPs of a run are counted: 6nd = 6 N_active D (default), paper = those of "
             "Krajewski et al. 2024, or a column or expression such as '(6*N+12*L*d*s)*D'",
             "6nd|paper|COL"});
  form.word({"--tolerance",
             "how far FLOPs of one budget may lie apart, and a budget from its runs, as a share "
             "(default 0.1)",
             "X"});
  form.word({"--axis", "the size: n (default), d, or a column such as a width", "n|d|COL"});
  form.word(
      {"--by", "a profile for each value of this, and the best of it: g, or a column", "g|COL"});
  form.word({"--huber-delta",
             "where squares turn into absolute values, of a residual over the loss (default inf: "
             "least squares)",
             "X|inf"});
  form.words({"--flops", "budgets to extrapolate to", "X ..."});
  form.word({"--approach-3",
             "fit chinchilla to the same runs, correct the vertices by it and compare: auto "
             "(default) where there are 10 to 10,000 runs",
             "auto|yes|no"});
  run_conventions_options(form);
  expert_count_options(form);
  form.word({"--bootstrap", "resamples behind the intervals (default 1000); 0 skips them", "K"});
  form.word({"--seed", "seed of all that is random (default 1)", "S"});
  form.word({"--threads", "0 (default): one per core; the result does not depend on it", "T"});
  team_options(form);
  form.output({"-o,--output",
               "write the power laws as a law file (isoflop.law/2) that plan and predict read; - "
               "prints it and nothing else",
               "LAW.json"});
  report_option(form);
  form.own_flag({"--json", "print JSON (isoflop.profiles/1) and nothing else"});
  form.reclaim("file", {"flops"}, is_list_of_numbers);
  form.footer(
      "Example, in a checkout of isoflop:\n"
      "  isoflop profiles data/simulated/hoffmann2022_sweep.csv --flops 1e21");
}

int run(Form& form) {
  const std::string file = form.own("output");
  if (is_stdout(file) && form.has_own("json")) {
    throw InvalidArgument("-o - and --json exclude each other");
  }
  require_output(file);
  require_report(form);
  const api::ProfilesOutcome outcome =
      api::profiles(api::profiles_request(form.request()), terminal_context());
  const std::string law = file.empty() ? "" : json_text(profiles_law_json(outcome));
  if (is_file(file)) write_file(file, law);
  const std::string json = json_text(to_json(outcome)), text = text::profiles(outcome);
  const std::string shown = is_stdout(file)        ? law
                            : form.has_own("json") ? json
                            : file.empty()         ? text
                                                   : text + "\nlaw file: " + file + "\n";
  show_and_report(form, shown, json, text);
  return outcome.usable() ? 0 : 1;
}

}  // namespace profiles_verb

extern const Verb kProfiles{"profiles", "What is compute-optimal, by parabolas through a sweep",
                            profiles_verb::options, profiles_verb::run};

}  // namespace isoflop::app
