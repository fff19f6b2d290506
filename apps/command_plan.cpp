// isoflop plan: the parameters, tokens and granularity to train with a budget of FLOPs.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "commands.hpp"
#include "cost_setup.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/io/reports.hpp"
#include "isoflop/plan/plan_draws.hpp"
#include "output.hpp"
#include "plan_setup.hpp"
#include "plan_text.hpp"

namespace isoflop::app {
namespace {

struct Arguments {
  LawArguments law;
  std::vector<std::string> flops;
  CostArguments cost;
  std::string max_granularity = "1024";
  std::string active_cost = "6", router_cost = "14", width_per_block;
  std::array<std::string, kNumVariables> given;
  bool json = false;
};

PlanRequest request_of(const Arguments& arguments) {
  const double max_granularity = number_argument("--max-granularity", arguments.max_granularity);
  if (max_granularity < 1.0) throw UsageError("--max-granularity must be at least 1");
  const double router_cost = number_argument("--router-cost", arguments.router_cost);
  if (router_cost < 0.0) throw UsageError("--router-cost must not be negative");
  const double active_cost = positive_argument("--active-cost", arguments.active_cost);
  PlanRequest out = arguments.cost.request(arguments.law.load());
  out.search.max_granularity = max_granularity;
  out.router_cost = router_cost;
  out.flops_per_active = active_cost;
  if (!arguments.width_per_block.empty()) {
    out.shape.width_per_block = positive_argument("--width-per-block", arguments.width_per_block);
  }
  for (const VariableInfo& v : kVariables) {
    const std::string& text = arguments.given[index_of(v.id)];
    if (text.empty()) continue;
    const std::string flag = "--" + std::string(v.key);
    if (!law_has_variable(out.law, v.id)) {
      throw UsageError(fmt::format("{} is not a variable of the law {}", flag, out.law.law));
    }
    out.given[index_of(v.id)] = variable_argument(v, text);
  }
  return out;
}

nlohmann::ordered_json json_of(const PlanRequest& request, const std::string& name,
                               const std::vector<Plan>& plans) {
  const bool paper = request.accounting == FlopAccounting::kPaper;
  nlohmann::ordered_json out;
  out["format"] = kPlanFormat;
  out["law"] = name;
  out["cost"]["accounting"] = paper ? "paper" : "6nd";
  if (paper) {
    out["cost"]["active_cost"] = request.flops_per_active;
    out["cost"]["router_cost"] = request.router_cost;
    out["cost"]["width_per_block"] = request.shape.width_per_block;
  }
  out["expansion"] = request.law.expansion ? nlohmann::ordered_json(*request.law.expansion)
                                           : nlohmann::ordered_json(nullptr);
  out["plans"] = nlohmann::ordered_json::array();
  for (const Plan& plan : plans) out["plans"].push_back(plan_to_json(plan));
  return out;
}

int run(const Arguments& arguments) {
  const std::vector<double> budgets = positive_list_argument("--flops", arguments.flops);
  const PlanRequest request = request_of(arguments);
  std::vector<Plan> plans = plan_law(request, budgets);
  add_draws(request, plans);
  const std::string name = arguments.law.name();
  print(arguments.json ? json_text(json_of(request, name, plans))
                       : plan_text(request, name, plans));
  return std::any_of(plans.begin(), plans.end(), [](const Plan& p) { return p.usable(); }) ? 0 : 1;
}

}  // namespace

void add_plan(CLI::App& app, Job& job) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("plan", "What to train with a budget of FLOPs");
  arguments->law.add_law(*command);
  command->add_option("--flops", arguments->flops, "one or more budgets, such as 1e21 3e21")
      ->type_name("X ...")
      ->required()
      ->take_all();
  arguments->cost.add(*command);
  arguments->law.add_conventions(*command);
  for (const VariableInfo& v : kVariables) {
    if (v.id != Variable::kU && v.id != Variable::kS) continue;
    command
        ->add_option("--" + std::string(v.key), arguments->given[index_of(v.id)],
                     fmt::format("{}, {}, for laws that have it", v.symbol, v.meaning))
        ->type_name("X");
  }
  command
      ->add_option("--router-cost", arguments->router_cost,
                   "c_r, FLOPs of routing (default 14; the paper gives 6 to 20)")
      ->type_name("X");
  command
      ->add_option("--active-cost", arguments->active_cost,
                   "c_f, FLOPs per active parameter and token (default 6)")
      ->type_name("X");
  command
      ->add_option("--width-per-block", arguments->width_per_block,
                   "d_model / n_blocks (default 64)")
      ->type_name("X");
  command
      ->add_option("--max-granularity", arguments->max_granularity,
                   "largest G that is searched (default 1024)")
      ->type_name("X");
  command->add_flag("--accept-unconverged", arguments->law.accept_unconverged,
                    "use a fit that did not converge");
  command->add_flag("--json", arguments->json, "print JSON (isoflop.plan/1) and nothing else");
  command->footer("Example:\n  isoflop plan krajewski2024-e64 --flops 1e20 1e21 1e22");
  command->callback([arguments, &job] {
    if (arguments->law.option.empty()) {
      reclaim_positional(arguments->law.positional, arguments->flops, is_list_of_numbers);
    }
    job = [arguments] { return run(*arguments); };
  });
}

}  // namespace isoflop::app
