// isoflop frontier: the compute-optimal curve over a range of budgets.
#include "isoflop/text/frontier.hpp"

#include <nlohmann/json.hpp>

#include "apps/isoflop/options/planning.hpp"
#include "apps/isoflop/options/report.hpp"
#include "apps/isoflop/options/team.hpp"
#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"

namespace isoflop::app {
namespace frontier_verb {

void options(Form& form) {
  planner_options(form);
  form.required_word({"--from", "smallest budget, training FLOPs", "X"});
  form.required_word({"--to", "largest budget", "X"});
  form.word({"--points",
             "plans between them, both ends included, evenly spaced in the logarithm (default 25)",
             "COUNT"});
  versus_option(form);
  form.word(
      {"--threads", "for the law's draws (default 0: one per core); changes no result", "COUNT"});
  doubt_options(form, false);
  team_options(form);
  form.own_flag({"--csv", "print CSV and nothing else"});
  report_option(form);
  form.own_flag({"--json", "print JSON (isoflop.frontier/1) and nothing else"});
  form.exclusive("--json", "--csv");
  form.footer("Example:\n  isoflop frontier krajewski2024-e64 --from 1e15 --to 1e27");
}

int run(Form& form) {
  require_report(form);
  const api::FrontierOutcome outcome =
      api::frontier(api::frontier_request(form.request()), terminal_context());
  const std::string json = json_text(to_json(outcome)), text = text::frontier(outcome);
  show_and_report(form,
                  form.has_own("json")  ? json
                  : form.has_own("csv") ? text::frontier_csv(outcome)
                                        : text,
                  json, text);
  return outcome.usable() ? 0 : 1;
}

}  // namespace frontier_verb

const Verb kFrontier{"frontier", "The best plans over a range of budgets, and where G changes",
                     frontier_verb::options, frontier_verb::run};

}  // namespace isoflop::app
