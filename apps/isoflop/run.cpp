// isoflop run: any verb, from a request in JSON.
#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/api/call.hpp"

namespace isoflop::app {
namespace run_verb {

void options(Form& form) {
  form.own_word({"REQUEST.json", "the request, {\"verb\": ..., fields}; - reads standard input", "",
                 "Options", "request"});
  form.footer(
      "Every --json output carries its request. A field is a long flag "
      "with underscores.\n"
      "Example:\n"
      "  echo '{\"verb\": \"plan\", \"law\": \"krajewski2024-e64\", "
      "\"flops\": \"1e21\"}' | isoflop "
      "run -");
}

int run(Form& form) {
  set_field_style(FieldStyle::kPointer);
  const std::string path = form.own("request");
  if (path.empty()) throw InvalidArgument("name the REQUEST.json; - reads standard input");
  const api::Called called = api::call(read_file(path), terminal_context());
  print(called.json);
  return called.usable ? 0 : 1;
}

}  // namespace run_verb

const Verb kRun{"run", "Any verb, from a request in JSON", run_verb::options, run_verb::run};

}  // namespace isoflop::app
