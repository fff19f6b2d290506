// isoflop sensitivity: what the plan for a budget depends on.
#include "isoflop/api/sensitivity.hpp"

#include <nlohmann/json.hpp>

#include "apps/isoflop/options/fitting.hpp"
#include "apps/isoflop/options/planning.hpp"
#include "apps/isoflop/options/report.hpp"
#include "apps/isoflop/options/team.hpp"
#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/text/sensitivity.hpp"

namespace isoflop::app {
namespace sensitivity_verb {

void options(Form& form) {
  runs_options(form);
  form.required_word({"--law", "which formula; 'isoflop laws' lists them", "NAME"});
  form.required_word({"--flops", "the budget to plan for", "X"});
  run_conventions_options(form);
  accounting_options(form, "G over powers of two (default), continuous, or fixed",
                     "pow2|continuous|X");
  expert_count_options(form);
  own_variables_option(form);
  fit_options(form);
  team_options(form);
  report_option(form);
  form.own_flag({"--json", "print JSON (isoflop.sensitivity/1) and nothing else"});
  form.footer(
      "Example, in a checkout of isoflop:\n"
      "  isoflop sensitivity data/published/krajewski2024_grid_simulated.csv --flops 1e21 \\\n"
      "      --law fine-grained-moe --column loss=loss_simulated \\\n"
      "      --n-means total_non_embedding --expansion 64 --starts 16");
}

int run(Form& form) {
  require_report(form);
  const api::SensitivityOutcome outcome =
      api::sensitivity(api::sensitivity_request(form.request()), terminal_context());
  if (!outcome.has_fit()) {
    for (const std::string& reason : outcome.reasons) complain(reason);
    return 1;
  }
  const std::string json = json_text(to_json(outcome)), text = text::sensitivity(outcome);
  show_and_report(form, form.has_own("json") ? json : text, json, text);
  return outcome.usable() ? 0 : 1;
}

}  // namespace sensitivity_verb

extern const Verb kSensitivity{"sensitivity", "What the plan for a budget depends on",
                               sensitivity_verb::options, sensitivity_verb::run};

}  // namespace isoflop::app
