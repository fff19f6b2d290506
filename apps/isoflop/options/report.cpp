#include "apps/isoflop/options/report.hpp"

#include "apps/words/terminal.hpp"
#include "isoflop/text/report.hpp"

namespace isoflop::app {

void report_option(Form& form) {
  form.output({"--report",
               "also write one HTML file with the answer, its pictures, this text and the JSON; "
               "whatever reads the JSON reads it",
               "FILE.html"});
}

void require_report(const Form& form) {
  const std::string path = form.own("report");
  if (path.empty()) return;
  if (!is_file(path)) throw InvalidArgument("report", field("report") + " names a file to write");
  require_output(path);
}

void show_and_report(const Form& form, const std::string& shown, const std::string& json,
                     const std::string& text, bool for_people) {
  const std::string path = form.own("report");
  if (!path.empty()) write_file(path, text::report_html(json, text, terminal_context()));
  print(shown);
  if (!path.empty() && for_people && !form.has_own("json") && !form.has_own("csv") &&
      !is_stdout(form.own("output"))) {
    print("\nreport: " + path + "\n");
  }
}

}  // namespace isoflop::app
