// isoflop laws: the formulas and the published coefficients that ship.
#include "isoflop/api/laws.hpp"

#include <nlohmann/json.hpp>

#include "apps/isoflop/options/values.hpp"
#include "apps/words/terminal.hpp"
#include "apps/words/verb.hpp"
#include "isoflop/text/laws.hpp"

namespace isoflop::app {
namespace laws_verb {

void options(Form& form) {
  form.word({"NAME", "a formula, a published law, a law of learning rate and batch, or a law file",
             "", "Options", "", formulas_and_laws});
  form.own_flag({"--json", "print JSON and nothing else"});
  form.footer("Example:\n  isoflop laws krajewski2024-e64");
}

int run(Form& form) {
  const auto outcome = api::laws(api::laws_request(form.request()), terminal_context());
  print(form.has_own("json") ? json_text(to_json(outcome)) : text::laws(outcome));
  return outcome.usable() ? 0 : 1;
}

}  // namespace laws_verb

extern const Verb kLaws{"laws", "The formulas and published coefficients that ship",
                        laws_verb::options, laws_verb::run};

}  // namespace isoflop::app
