// isoflop granularity: one model trained at every granularity for the same cost, by FLOPs and by
// the time of a cost table.
#include "isoflop/text/granularity.hpp"

#include <nlohmann/json.hpp>

#include "apps/isoflop/options/planning.hpp"
#include "apps/isoflop/options/report.hpp"
#include "apps/isoflop/options/team.hpp"
#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"

namespace isoflop::app {
namespace granularity_verb {

void options(Form& form) {
  planner_options(form);
  form.required_word({"--n-active", "active parameters of the model", "N"});
  form.required_word({"--d", "training tokens at --reference", "D"});
  form.word({"--reference", "granularity whose cost all others are given (default 8)", "G"});
  form.word({"--max-g", "finest granularity shown (default 64)", "G"});
  time_options(form, false);
  team_options(form);
  report_option(form);
  form.own_flag({"--json", "print JSON (isoflop.granularity/1) and nothing else"});
  form.footer(
      "Example:\n  isoflop granularity krajewski2024-e64 --n-active 7.08M --d 66B "
      "--width-per-block 96");
}

int run(Form& form) {
  require_report(form);
  const api::GranularityOutcome outcome =
      api::granularity(api::granularity_request(form.request()), terminal_context());
  const std::string json = json_text(to_json(outcome)), text = text::granularity(outcome);
  show_and_report(form, form.has_own("json") ? json : text, json, text);
  return outcome.usable() ? 0 : 1;
}

}  // namespace granularity_verb

const Verb kGranularity{"granularity", "One model at every granularity, for the same cost",
                        granularity_verb::options, granularity_verb::run};

}  // namespace isoflop::app
