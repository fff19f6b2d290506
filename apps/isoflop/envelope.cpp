// isoflop envelope: what is compute-optimal, by the lower envelope of training curves.
#include "isoflop/api/envelope.hpp"

#include <nlohmann/json.hpp>

#include "apps/isoflop/options/fitting.hpp"
#include "apps/isoflop/options/team.hpp"
#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/text/envelope.hpp"

namespace isoflop::app {
namespace envelope_verb {

void options(Form& form) {
  runs_options(form);
  form.word(
      {"--cost",
       "how FLOPs up to a checkpoint are counted: 6nd = 6 N_active D (default), paper = those "
       "of Krajewski et al. 2024, or a column or expression",
       "6nd|paper|COL"});
  form.word({"--schedule", "the column that says which learning-rate schedule a checkpoint is of",
             "COL"});
  form.word({"--points", "budgets at which the lowest loss is looked for (default 1500)", "K"});
  form.flag(
      {"--keep-edges",
       "also fit where the smallest or the largest model wins, beyond which none was trained"});
  form.words({"--flops", "budgets to extrapolate to", "X ..."});
  run_conventions_options(form);
  expert_count_options(form);
  team_options(form);
  form.output({"-o,--output",
               "write the points as CSV: flops,n,d,loss,run,at_edge; - prints "
               "them alone",
               "FILE"});
  form.own_flag({"--json", "print JSON (isoflop.envelope/1) and nothing else"});
  form.reclaim("file", {"flops"}, is_list_of_numbers);
  form.footer(
      "Example, in a checkout of isoflop:\n"
      "  isoflop envelope data/simulated/hoffmann2022_curves.csv --schedule schedule \\\n"
      "      --flops 1e21");
}

int run(Form& form) {
  const std::string file = form.own("output");
  if (is_stdout(file) && form.has_own("json")) {
    throw InvalidArgument("-o - and --json exclude each other");
  }
  require_output(file);
  const api::EnvelopeOutcome outcome =
      api::envelope(api::envelope_request(form.request()), terminal_context());
  if (is_file(file)) write_file(file, text::envelope_csv(outcome));
  print(is_stdout(file)        ? text::envelope_csv(outcome)
        : form.has_own("json") ? json_text(to_json(outcome))
                               : text::envelope(outcome));
  return outcome.usable() ? 0 : 1;
}

}  // namespace envelope_verb

extern const Verb kEnvelope{"envelope",
                            "What is compute-optimal, by the envelope of training curves",
                            envelope_verb::options, envelope_verb::run};

}  // namespace isoflop::app
