// isoflop reproduce: published results, derived again from coefficients or data.
#include "isoflop/api/reproduce.hpp"

#include <nlohmann/json.hpp>

#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/text/reproduce.hpp"

namespace isoflop::app {
namespace reproduce_verb {

void options(Form& form) {
  form.word({"NAME", "what to derive; without it, a list"});
  form.word({"--data", "the data that NAME needs; its sha256 is checked", "FILE"});
  form.word({"--threads", "0 (default): one per core; the result does not depend on it", "T"});
  form.own_flag({"--json", "print JSON (isoflop.reproduce/1) and nothing else"});
  form.footer("Example:\n  isoflop reproduce krajewski2024-table2");
}

int run(Form& form) {
  const api::ReproduceOutcome outcome =
      api::reproduce(api::reproduce_request(form.request()), terminal_context());
  print(form.has_own("json") ? json_text(to_json(outcome)) : text::reproduce(outcome));
  return outcome.usable() ? 0 : 1;
}

}  // namespace reproduce_verb

extern const Verb kReproduce{"reproduce", "Published results, derived again and compared",
                             reproduce_verb::options, reproduce_verb::run};

}  // namespace isoflop::app
