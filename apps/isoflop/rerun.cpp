// isoflop rerun: does again what a result came from, and says whether it comes
// out the same.
#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/api/call.hpp"

namespace isoflop::app {
namespace rerun_verb {

void options(Form& form) {
  form.own_word({"RESULT.json", "what --json printed, or a law file that fit wrote", "", "Options",
                 "result"});
  form.own_flag({"--json", "print the new result and nothing else"});
  form.footer(
      "Exit code: 0 where the bytes agree, 1 where they do not.\n"
      "Example, in a checkout of isoflop:\n"
      "  isoflop plan krajewski2024-e64 --flops 1e21 --json > plan.json\n"
      "  isoflop rerun plan.json");
}

int run(Form& form) {
  set_field_style(FieldStyle::kPointer);
  const std::string path = form.own("result");
  if (path.empty()) throw InvalidArgument("name the RESULT.json");
  const api::Rerun again = api::rerun(read_file(path), path, terminal_context());
  if (form.has_own("json")) {
    print(again.now.json);
  } else {
    print(path + ": " + (again.same_bytes ? "the same bytes" : "not the same bytes") + "\n");
  }
  for (const std::string& input : again.changed_inputs) {
    warn(input + " is not what it was when this result was made");
  }
  return again.same_bytes ? 0 : 1;
}

}  // namespace rerun_verb

const Verb kRerun{"rerun", "Does again what a result came from: are the bytes the same?",
                  rerun_verb::options, rerun_verb::run};

}  // namespace isoflop::app
