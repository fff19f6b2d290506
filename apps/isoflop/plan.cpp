// isoflop plan: the parameters, tokens and granularity to train with a budget and within limits.
#include "isoflop/text/plan.hpp"

#include <nlohmann/json.hpp>

#include "apps/isoflop/options/fitting.hpp"
#include "apps/isoflop/options/planning.hpp"
#include "apps/isoflop/options/report.hpp"
#include "apps/isoflop/options/team.hpp"
#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"

namespace isoflop::app {
namespace plan_verb {

void options(Form& form) {
  budget_options(form);
  time_options(form);
  planner_options(form);
  expert_count_options(form);
  embeddings_options(form);
  versus_option(form);
  shapes_options(form);
  doubt_options(form, true);
  team_options(form);
  report_option(form);
  form.own_flag({"--json", "print JSON (isoflop.plan/1) and nothing else"});
  form.reclaim("law", {"flops", "gpu_hours", "days", "target_loss"}, is_list_of_numbers);
  form.footer(
      "Example:\n  isoflop plan krajewski2024-e64 --flops 1e20 1e21 1e22\n"
      "  isoflop plan krajewski2024-e64 --flops 1e18 --gated --emit megatron "
      "--hyperparameters step-law");
}

int run(Form& form) {
  const nlohmann::ordered_json request = form.request();
  const std::string file = form.own("emit_output");
  if (!file.empty() && !request.contains("emit")) {
    throw InvalidArgument("emit", "--emit-output and --rank say something of --emit: add it");
  }
  require_report(form);
  const api::PlanOutcome outcome = api::plan(api::plan_request(request), terminal_context());
  const std::string json = json_text(to_json(outcome)), text = text::plan(outcome);
  if (!outcome.launch.empty() && !is_file(file)) {
    show_and_report(form, outcome.launch, json, text, false);
    return 0;
  }
  if (!outcome.launch.empty()) write_file(file, outcome.launch);
  show_and_report(form, form.has_own("json") ? json : text, json, text);
  if (request.contains("emit") && outcome.launch.empty()) {
    warn("the plan is undetermined, so its run is not written; --accept-undetermined writes it");
  }
  return outcome.usable() ? 0 : 1;
}

}  // namespace plan_verb

const Verb kPlan{"plan", "What to train with a budget, within limits", plan_verb::options,
                 plan_verb::run};

}  // namespace isoflop::app
