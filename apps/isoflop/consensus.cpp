// isoflop consensus: what each law recommends for a budget, in one convention, side by side.
#include "isoflop/api/consensus.hpp"

#include <nlohmann/json.hpp>

#include "apps/isoflop/options/experts.hpp"
#include "apps/isoflop/options/planning.hpp"
#include "apps/isoflop/options/values.hpp"
#include "apps/words/terminal.hpp"
#include "apps/words/verb.hpp"
#include "isoflop/text/consensus.hpp"

namespace isoflop::app {
namespace consensus_verb {

void options(Form& form) {
  form.words({"LAW", "laws to ask: published ones or law files; all published ones if none", "",
              "Options", "", published_laws});
  form.words({"--law", "the same, as an option", "LAW", "Options", "", published_laws});
  form.required_words({"--flops", "one or more budgets, such as 1e21 1e24", "X"});
  form.reclaim_all("law", "flops", is_name);
  expert_options(form);
  form.word({"--u", "U, unique training tokens, for laws that know of repetition", "X"});
  own_variables_option(form);
  form.own_flag({"--json", "print JSON (isoflop.consensus/1) and nothing else"});
  form.footer("Example:\n  isoflop consensus --flops 1e21 1e24 --u 1T");
}

int run(Form& form) {
  const auto outcome = api::consensus(api::consensus_request(form.request()), terminal_context());
  print(form.has_own("json") ? json_text(to_json(outcome)) : text::consensus(outcome));
  return outcome.usable() ? 0 : 1;
}

}  // namespace consensus_verb

extern const Verb kConsensus{"consensus", "What the published laws say of a budget, side by side",
                             consensus_verb::options, consensus_verb::run};

}  // namespace isoflop::app
