// isoflop report: a law, or what another verb found, as one HTML file with pictures.
#include "isoflop/text/report.hpp"

#include "apps/isoflop/options/values.hpp"
#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"

namespace isoflop::app {
namespace report_verb {

void options(Form& form) {
  form.own_word({"INPUT",
                 "a law (name or file), the --json of a plan, profiles, ..., or a cost table; - "
                 "reads standard input",
                 "", "Options", "input", published_laws});
  form.output(
      {"-o,--output", "write the HTML here; without it, and for -, it is printed", "FILE.html"});
  form.footer(
      "Examples:\n  isoflop report krajewski2024-e64 -o law.html\n"
      "  isoflop plan krajewski2024-e64 --flops 1e21 --json | isoflop report - -o plan.html\n"
      "'isoflop plan law.html --flops 1e21' reads the law that is in it.");
}

int run(Form& form) {
  const std::string input = form.own("input"), output = form.own("output");
  if (input.empty()) throw InvalidArgument("name a law, or the JSON of a plan, profiles, ...");
  require_output(output);
  write_output(output, text::report_of(input, terminal_context()));
  return 0;
}

}  // namespace report_verb

const Verb kReport{"report", "A law, or what another command found, as a page with pictures",
                   report_verb::options, report_verb::run};

}  // namespace isoflop::app
