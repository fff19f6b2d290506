// isoflop-bench compare: the same layers in two cost tables; needs no GPU.
#include "isoflop/api/compare.hpp"

#include <nlohmann/json.hpp>

#include "apps/isoflop-bench/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/text/compare.hpp"

namespace isoflop::app {
namespace compare_command {

void options(Form& form) {
  form.required_word({"A", "cost table", "FILE"});
  form.required_word({"B", "cost table", "FILE"});
  form.flag({"--stages", "every stage as well"});
  form.own_flag({"--json", "print JSON (isoflop.compare/1) and nothing else"});
  form.footer(
      "Example:\n"
      "  isoflop-bench model --gpu h100-sxm --tokens 16384 --d-model 2048 --d-ff 8192 \\\n"
      "      --expansion 64 --granularity 1,8 -o h100.json\n"
      "  isoflop-bench model --gpu h200 --tokens 16384 --d-model 2048 --d-ff 8192 \\\n"
      "      --expansion 64 --granularity 1,8 -o h200.json\n"
      "  isoflop-bench compare h100.json h200.json");
}

int run(Form& form) {
  const api::CompareOutcome outcome =
      api::compare(api::compare_request(form.request()), terminal_context());
  print(form.has_own("json") ? json_text(to_json(outcome)) : text::compare(outcome));
  return 0;
}

}  // namespace compare_command

Verb compare_verb() {
  return {"compare", "The same layers in two cost tables; needs no GPU", compare_command::options,
          compare_command::run};
}

}  // namespace isoflop::app
