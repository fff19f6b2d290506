// isoflop predict: the loss that a law gives for one run.
#include "isoflop/api/predict.hpp"

#include <nlohmann/json.hpp>

#include "apps/isoflop/options/experts.hpp"
#include "apps/isoflop/options/planning.hpp"
#include "apps/isoflop/options/values.hpp"
#include "apps/words/terminal.hpp"
#include "apps/words/verb.hpp"
#include "isoflop/text/predict.hpp"

namespace isoflop::app {
namespace predict_verb {

void options(Form& form) {
  form.law("a published law ('isoflop laws' lists them) or a law file", published_laws);
  for (const VariableInfo& v : kVariables) {
    const std::string flag = "--" + std::string(v.key);
    form.word({flag.c_str(),
               std::string(v.symbol) + ", " + std::string(v.meaning) + ", as the law counts them",
               "X"});
  }
  own_variables_option(form);
  form.word({"--shape",
             "a model's config.json: N, G, E, S and A follow from it, as the law counts them",
             "FILE"});
  expert_options(form);
  form.flag({"--accept-unconverged", "use a fit that did not converge"});
  form.own_flag({"--json", "print JSON (isoflop.predict/1) and nothing else"});
  form.footer("Example:\n  isoflop predict krajewski2024-e64 --n 4.3B --d 28.9B --g 16");
}

int run(Form& form) {
  const auto outcome = api::predict(api::predict_request(form.request()), terminal_context());
  print(form.has_own("json") ? json_text(to_json(outcome)) : text::predict(outcome));
  return outcome.usable() ? 0 : 1;
}

}  // namespace predict_verb

extern const Verb kPredict{"predict", "The loss that a law gives for one run",
                           predict_verb::options, predict_verb::run};

}  // namespace isoflop::app
