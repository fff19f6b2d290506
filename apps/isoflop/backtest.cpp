// isoflop backtest: how well laws forecast runs that they were not fitted to.
#include "isoflop/api/backtest.hpp"

#include <nlohmann/json.hpp>

#include "apps/isoflop/options/fitting.hpp"
#include "apps/isoflop/options/planning.hpp"
#include "apps/isoflop/options/report.hpp"
#include "apps/isoflop/options/team.hpp"
#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/text/backtest.hpp"

namespace isoflop::app {
namespace backtest_verb {

void options(Form& form) {
  runs_options(form);
  form.required_word({"--law",
                      "one or several, with commas between them: a formula is fitted, a published "
                      "law or law file is asked as it is",
                      "NAME[,NAME]"});
  form.word({"--hold-out",
             "what to hide: compute:20% (default; largest 6 N D), loss:20% (lowest), n:20%, d:20%, "
             "g:20% (largest), or a column that marks the runs",
             "RULE|COLUMN"});
  run_conventions_options(form);
  expert_count_options(form);
  embeddings_options(form);
  fit_options(form);
  team_options(form);
  report_option(form);
  form.own_flag({"--json", "print JSON (isoflop.backtest/1) and nothing else"});
  form.footer(
      "Example, in a checkout of isoflop:\n"
      "  isoflop backtest data/published/krajewski2024_grid_simulated.csv \\\n"
      "      --law fine-grained-moe,chinchilla --column loss=loss_simulated \\\n"
      "      --hold-out compute:20% --starts 30");
}

int run(Form& form) {
  require_report(form);
  const api::BacktestOutcome outcome =
      api::backtest(api::backtest_request(form.request()), terminal_context());
  const std::string json = json_text(to_json(outcome)), text = text::backtest(outcome);
  show_and_report(form, form.has_own("json") ? json : text, json, text);
  return outcome.usable() ? 0 : 1;
}

}  // namespace backtest_verb

extern const Verb kBacktest{"backtest", "How well laws forecast runs that are hidden from them",
                            backtest_verb::options, backtest_verb::run};

}  // namespace isoflop::app
