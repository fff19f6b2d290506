// isoflop-bench show: a cost table for people, as CSV, or as a page with pictures; needs no GPU.
#include "isoflop/api/show.hpp"

#include <nlohmann/json.hpp>

#include "apps/isoflop-bench/verbs.hpp"
#include "apps/words/beside.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/text/show.hpp"

namespace isoflop::app {
namespace show_command {

void options(Form& form) {
  form.required_word({"COST", "cost table (isoflop.cost/1)", "FILE", "Options", "cost_table"});
  form.own_flag({"--csv", "print every row as CSV and nothing else"});
  form.own_flag({"--json", "print errors of the cost model and c_r as JSON (isoflop.show/1)"});
  form.output({"--report",
               "also write one HTML file with the pictures, this text and the table, by 'isoflop "
               "report'",
               "FILE.html"});
  form.footer(
      "Example:\n  isoflop-bench model --gpu h200 --tokens 16384 --d-model 2048 --d-ff 8192 \\\n"
      "      --expansion 64 --granularity 1,8,32 -o model.json\n  isoflop-bench show model.json");
}

int run(Form& form) {
  if (form.has_own("csv") && form.has_own("json")) {
    throw InvalidArgument("say either --csv or --json");
  }
  const std::string report = form.own("report");
  if (!report.empty() && !is_file(report)) {
    throw InvalidArgument("report", field("report") + " names a file to write");
  }
  require_output(report);
  const api::ShowRequest request = api::show_request(form.request());
  if (!report.empty() && is_stdout(request.cost_table)) {
    throw InvalidArgument("report", field("report") + " needs a table in a file");
  }
  const api::ShowOutcome outcome = api::show(request, terminal_context());
  // This program has nothing of pictures: it also runs where only a GPU is. The file comes before
  // the text, which perhaps nobody reads to its end.
  const int code = report.empty()
                       ? 0
                       : run_beside("isoflop", {"report", request.cost_table, "-o", report},
                                    "is not installed: it is what writes reports");
  print(form.has_own("csv")    ? api::to_csv(outcome.table)
        : form.has_own("json") ? json_text(to_json(outcome))
                               : text::show(outcome));
  return code;
}

}  // namespace show_command

Verb show_verb() {
  return {"show", "A cost table at a glance, with the fitted cost model and c_r; needs no GPU",
          show_command::options, show_command::run};
}

}  // namespace isoflop::app
