// isoflop shape: parameters, FLOPs and bytes of an architecture.
#include "isoflop/api/shape.hpp"

#include <nlohmann/json.hpp>

#include "apps/isoflop/options/shape.hpp"
#include "apps/words/terminal.hpp"
#include "apps/words/verb.hpp"
#include "isoflop/text/shape.hpp"

namespace isoflop::app {
namespace shape_verb {

void options(Form& form) {
  shape_options(form);
  form.word({"--router-cost",
             "c_r of the accounting paper: FLOPs of routing per d_model and expert (default 14)",
             "X"});
  form.output({"-o,--output", "write the shape as a config.json; - prints it alone", "FILE"});
  form.own_flag({"--json", "print JSON (isoflop.shape/1) and nothing else"});
  form.footer(
      "Examples:\n  isoflop shape data/shapes/olmoe-1b-7b.json\n"
      "  isoflop shape --d-model 2048 --blocks 16 --heads 16 --d-ff 8192 --gated \\\n"
      "      --vocab 50304 --expansion 8 --granularity 8");
}

int run(Form& form) {
  const std::string output = form.own("output");
  const bool config = is_stdout(output), json = form.has_own("json");
  if (config && json) throw InvalidArgument("-o - and --json exclude each other");
  const auto outcome = api::shape(api::shape_request(form.request()), terminal_context());
  if (is_file(output)) write_file(output, json_text(config_json(outcome)));
  print(config ? json_text(config_json(outcome))
        : json ? json_text(to_json(outcome))
               : text::shape(outcome));
  return outcome.usable() ? 0 : 1;
}

}  // namespace shape_verb

extern const Verb kShape{"shape", "Parameters, FLOPs and bytes of an architecture",
                         shape_verb::options, shape_verb::run};

}  // namespace isoflop::app
