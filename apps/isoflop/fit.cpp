// isoflop fit: the law behind a table of finished training runs.
#include "isoflop/api/fit.hpp"

#include <nlohmann/json.hpp>

#include "apps/isoflop/options/fitting.hpp"
#include "apps/isoflop/options/report.hpp"
#include "apps/isoflop/options/team.hpp"
#include "apps/isoflop/options/values.hpp"
#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "apps/words/verb.hpp"
#include "isoflop/text/fit.hpp"

namespace isoflop::app {
namespace fit_verb {

void options(Form& form) {
  runs_options(form);
  form.required_word(
      {"--law", "which formula; 'isoflop laws' lists them", "NAME", "Options", "", formulas});
  form.output({"-o,--output",
               "write the law file (isoflop.law/2) here; - prints it and nothing else",
               "LAW.json"});
  run_conventions_options(form);
  expert_count_options(form);
  fit_options(form);
  form.word({"--bootstrap", "resamples behind the intervals (default 1000); 0 skips them", "K"});
  form.word({"--resample-size",
             "runs a resample draws of n, in a fit of p coefficients: n^2/(n - 2p), or n of few "
             "runs and of a fit near least squares (calibrated, the default), or always n (same)",
             "calibrated|same"});
  form.word({"--interval", "percentile (default), or bca: also leaves out each run once",
             "percentile|bca"});
  form.flag({"--calibrate",
             "hide the largest runs again and again, and widen the interval of a new run by what "
             "the forecasts of the hidden runs missed"});
  form.word({"--drop-worst",
             "fit, leave out the K runs with the largest errors, fit again; they are listed", "K"});
  team_options(form);
  form.own_flag({"--profile", "also show the profile likelihood interval of each coefficient"});
  report_option(form);
  form.own_flag({"--json", "print the law file and nothing else"});
  form.footer(
      "Examples, in a checkout of isoflop:\n"
      "  isoflop fit data/published/krajewski2024_grid_simulated.csv --law fine-grained-moe \\\n"
      "      --column loss=loss_simulated --n-means total_non_embedding --expansion 64 -o "
      "law.json\n"
      "  isoflop fit data/published/krajewski2024_grid_simulated.csv --law chinchilla \\\n"
      "      --column loss=loss_simulated --where 'G=1'");
}

int run(Form& form) {
  const api::FitRequest request = api::fit_request(form.request());
  const std::string output = form.own("output");
  require_output(output);
  require_report(form);
  const api::FitOutcome outcome = api::fit(request, terminal_context());
  if (!outcome.has_law()) {
    for (const std::string& reason : outcome.report.reasons) complain(reason);
    return 1;
  }
  const std::string json = json_text(to_json(outcome));
  if (is_file(output)) write_file(output, json);
  const std::string text = text::fit(outcome, form.has_own("profile"));
  const bool is_json = form.has_own("json") || is_stdout(output);
  const std::string shown = is_json          ? json
                            : output.empty() ? text
                                             : text + "\nlaw file: " + output + "\n";
  show_and_report(form, shown, json, text);
  if (outcome.usable()) return 0;
  warn("the fit did not converge; 'isoflop plan' will refuse it without --accept-unconverged");
  return 1;
}

}  // namespace fit_verb

extern const Verb kFit{"fit", "The law behind a table of finished training runs", fit_verb::options,
                       fit_verb::run};

}  // namespace isoflop::app
