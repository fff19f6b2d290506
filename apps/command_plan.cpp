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
#include "isoflop/plan/own_accounting.hpp"
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
  std::string vocab, num_experts, expert_width, top_k;
  bool tied = false, json = false;
};

/// E and G from counts, with k0 = 1: G = K and E = E' / K. What was also said as a rate must agree.
void use_counts(Arguments& arguments) {
  if (!arguments.expert_width.empty()) {
    throw UsageError(
        "--expert-width: a plan chooses d_ff, so a width says nothing of G; give "
        "--top-k, which is G at k0 = 1");
  }
  if (arguments.num_experts.empty() && arguments.top_k.empty()) return;
  if (arguments.num_experts.empty() || arguments.top_k.empty()) {
    throw UsageError("--num-experts and --top-k belong together: E = E'/K and G = K at k0 = 1");
  }
  const auto experts = count_argument("--num-experts", arguments.num_experts, 1);
  const auto top_k = count_argument("--top-k", arguments.top_k, 1);
  if (top_k > experts) throw UsageError("--top-k is above --num-experts");
  auto settle = [&](const char* flag, std::string& rate, double actual, const std::string& free) {
    if (rate != free && number_argument(flag, rate) != actual) {
      throw UsageError(fmt::format("{} {} contradicts {} experts of which {} are used: that is {}",
                                   flag, rate, experts, top_k, format_number(actual)));
    }
    rate = format_number(actual);
  };
  settle("--expansion", arguments.law.expansion,
         static_cast<double>(experts) / static_cast<double>(top_k), "");
  settle("--granularity", arguments.cost.granularity, static_cast<double>(top_k), "pow2");
}

PlanRequest request_of(Arguments arguments) {
  use_counts(arguments);
  const double max_granularity = number_argument("--max-granularity", arguments.max_granularity);
  if (max_granularity < 1.0) throw UsageError("--max-granularity must be at least 1");
  const double router_cost = number_argument("--router-cost", arguments.router_cost);
  if (router_cost < 0.0) throw UsageError("--router-cost must not be negative");
  const double active_cost = positive_argument("--active-cost", arguments.active_cost);
  double embedding_rows = 0.0;
  if (!arguments.vocab.empty()) {
    embedding_rows = positive_argument("--vocab", arguments.vocab) * (arguments.tied ? 1.0 : 2.0);
  } else if (arguments.tied) {
    throw UsageError("--tied says something of --vocab, which is missing");
  }
  PlanRequest out = arguments.cost.request(arguments.law.load(), embedding_rows);
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

/// The plans under the law's own FLOP accounting, where another one was asked for and both can
/// plan; else nothing.
std::vector<Plan> own_plans(const PlanRequest& request, const std::vector<double>& budgets) {
  PlanRequest own = request;
  own.accounting = own_accounting(request.law);
  if (own.accounting == request.accounting) return {};
  try {
    return plan_law(own, budgets);
  } catch (const InvalidArgument&) {
    return {};  // the law's own accounting asks for more than was said
  }
}

/// One line per budget: how far the accounting moves the optimum.
std::string movement(const PlanRequest& request, const std::vector<Plan>& plans,
                     const std::vector<Plan>& own) {
  std::string out;
  auto change = [](double from, double to) { return 100.0 * (to / from - 1.0); };
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (!own[i].usable() || !plans[i].usable()) continue;
    out += fmt::format(
        "{}: under the law's own FLOPs ({}) N active would be {}, D {}; {} moves them "
        "by {:+.1f} % and {:+.1f} %\n",
        human_number(plans[i].budget), to_string(own_accounting(request.law)),
        human_number(own[i].n_active), human_number(own[i].d_tokens), to_string(request.accounting),
        change(own[i].n_active, plans[i].n_active), change(own[i].d_tokens, plans[i].d_tokens));
  }
  return out.empty() ? out : "\n" + out;
}

nlohmann::ordered_json json_of(const PlanRequest& request, const std::string& name,
                               const std::vector<Plan>& plans, const std::vector<Plan>& own) {
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
  for (std::size_t i = 0; i < plans.size(); ++i) {
    nlohmann::ordered_json row = plan_to_json(plans[i]);
    if (i < own.size() && own[i].usable()) {
      row["own_accounting"] = {{"accounting", to_string(own_accounting(request.law))},
                               {"n_active", own[i].n_active},
                               {"d_tokens", own[i].d_tokens}};
    }
    out["plans"].push_back(row);
  }
  return out;
}

int run(const Arguments& arguments) {
  const std::vector<double> budgets = positive_list_argument("--flops", arguments.flops);
  const PlanRequest request = request_of(arguments);
  std::vector<Plan> plans = plan_law(request, budgets);
  add_draws(request, plans);
  const std::string name = arguments.law.name();
  const std::vector<Plan> own = own_plans(request, budgets);
  print(arguments.json ? json_text(json_of(request, name, plans, own))
                       : plan_text(request, name, plans) + movement(request, plans, own));
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
      ->add_option("--num-experts", arguments->num_experts,
                   "E' = E G, with --top-k K: stands for E = E'/K and G = K (k0 = 1)")
      ->type_name("COUNT");
  command->add_option("--top-k", arguments->top_k, "K, experts a token goes to")->type_name("K");
  command->add_option("--expert-width", arguments->expert_width, "refused: a plan chooses widths")
      ->type_name("N")
      ->group("");
  command
      ->add_option("--vocab", arguments->vocab,
                   "vocabulary: splits a total N into active parameters, which FLOPs are counted "
                   "on, and embedding and head")
      ->type_name("V");
  command->add_flag("--tied", arguments->tied, "embedding and head of --vocab are one");
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
