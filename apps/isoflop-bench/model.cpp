// isoflop-bench model: a cost table from the roofline of a GPU, without one.
#include "isoflop/api/model.hpp"

#include <nlohmann/json.hpp>

#include "apps/isoflop-bench/options.hpp"
#include "apps/isoflop-bench/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/text/cost_table.hpp"

namespace isoflop::app {
namespace model_command {

void options(Form& form) {
  std::string known;
  for (const std::string& gpu : api::gpu_names()) known += (known.empty() ? "" : ", ") + gpu;
  form.word({"--gpu", "rates of a datasheet: " + known, "NAME"});
  form.word({"--peak-flops", "dense bf16 FLOPs per second", "X"});
  form.word({"--bandwidth", "bytes per second of the memory", "X"});
  layer_options(form, "");
  form.output({"-o,--output", "write the cost table (isoflop.cost/1); - prints it alone", "FILE"});
  form.own_flag({"--json", "print JSON (isoflop.cost/1) and nothing else"});
  form.footer(
      "Example:\n  isoflop-bench model --gpu h200 --tokens 16384 --d-model 2048 --d-ff 8192 \\\n"
      "      --expansion 64 --activation gelu --granularity 1,2,4,8,16,32 -o model.json");
}

int run(Form& form, const bench::World& world) {
  api::ModelRequest request = api::model_request(form.request());
  request.date = world.now();
  request.git_revision = world.git_revision;
  request.command_line = world.command_line;
  const std::string output = form.own("output");
  const api::ModelOutcome outcome = api::model(request, terminal_context());
  require_output(output);
  const std::string json = cost_table_text(outcome);
  if (is_file(output)) write_file(output, json);
  if (form.has_own("json") || is_stdout(output)) {
    print(json);
    return 0;
  }
  print(text::describe_cost_table(outcome.table.table()));
  if (!output.empty()) print("\ncost table: " + output + "\n");
  return 0;
}

}  // namespace model_command

Verb model_verb(const bench::World& world) {
  return {"model", "A cost table from the roofline of a GPU; needs no GPU", model_command::options,
          [world](Form& form) { return model_command::run(form, world); }};
}

}  // namespace isoflop::app
