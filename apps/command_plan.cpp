// isoflop plan: the parameters, tokens and granularity to train with a budget and within limits.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "commands.hpp"
#include "cost_setup.hpp"
#include "embedding_setup.hpp"
#include "expert_rates.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/model_config.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/io/reports.hpp"
#include "law_convention.hpp"
#include "output.hpp"
#include "plan_answer.hpp"
#include "plan_budget.hpp"
#include "plan_limits.hpp"
#include "plan_setup.hpp"
#include "plan_text.hpp"

namespace isoflop::app {
namespace {

struct Arguments {
  LawArguments law;
  BudgetArguments budget;
  LimitArguments limits;
  CostArguments cost;
  std::string max_granularity = "1024";
  std::string active_cost = "6", router_cost = "14", width_per_block;
  std::array<std::string, kNumVariables> given;
  ExpertCountArguments counts;
  EmbeddingArguments embeddings;
  bool json = false;
};

/// What a plan takes from the architecture of --shape, and how it says so.
void use_shape(Arguments& arguments, std::vector<std::string>& conversions) {
  if (arguments.embeddings.shape.empty()) {
    if (arguments.cost.granularity == "shape") {
      throw UsageError("--granularity shape needs --shape FILE");
    }
    return;
  }
  const std::string& file = arguments.embeddings.shape;
  const ModelShape shape = read_model_config(file);
  const LawRecord law = arguments.law.load();
  if (law.n_means == NMeaning::kTotal) {
    conversions.push_back(fmt::format("N counts {} rows of embeddings: vocabulary {} of {}, {}",
                                      format_number(arguments.embeddings.rows()), shape.vocab_size,
                                      file, shape.tied ? "tied" : "embedding and head apart"));
  }
  // Only a law of experts has an E to take; a law of dense models has said so.
  const bool with_s = law_has_variable(law, Variable::kS);
  if (std::string& said = arguments.given[index_of(Variable::kS)]; with_s && said.empty()) {
    const Converted sparsity = *from_shape(law, Variable::kS, shape);
    said = format_number(sparsity.value);
    conversions.push_back(fmt::format("S = {} of {}: {}", said, file, sparsity.how));
  }
  if (law_has_variable(law, Variable::kE) || with_s || has_granularity(law) || law.expansion) {
    const Converted expansion = *from_shape(law, Variable::kE, shape);
    if (law.expansion && std::abs(*law.expansion - expansion.value) > 1e-9 * *law.expansion) {
      throw UsageError(
          fmt::format("--shape {} has E = {}, which contradicts E = {}, for which the "
                      "law was to hold",
                      file, format_number(expansion.value), format_number(*law.expansion)));
    }
    if (!law.expansion) {
      arguments.law.expansion = format_number(expansion.value);
      conversions.push_back(
          fmt::format("E = {} of {}: {}", format_number(expansion.value), file, expansion.how));
    }
  }
  if (arguments.cost.granularity == "shape") {
    const Converted granularity = *from_shape(law, Variable::kG, shape);
    arguments.cost.granularity = format_number(granularity.value);
    conversions.push_back(
        fmt::format("G = {} of {}: {}", format_number(granularity.value), file, granularity.how));
  }
  if (arguments.width_per_block.empty() && !law.family) {
    const double ratio = arguments.embeddings.family().width_per_block;
    arguments.width_per_block = format_number(ratio);
    conversions.push_back(
        fmt::format("d_model = {} n_blocks, as in {}", format_number(ratio), file));
  }
}

PlanRequest request_of(Arguments arguments, std::vector<std::string>& conversions) {
  arguments.counts.settle(find_law(arguments.law.name()), arguments.law.expansion,
                          arguments.cost.granularity);
  use_shape(arguments, conversions);
  const double max_granularity = number_argument("--max-granularity", arguments.max_granularity);
  if (max_granularity < 1.0) throw UsageError("--max-granularity must be at least 1");
  const double router_cost = number_argument("--router-cost", arguments.router_cost);
  if (router_cost < 0.0) throw UsageError("--router-cost must not be negative");
  const double active_cost = positive_argument("--active-cost", arguments.active_cost);
  const LawRecord law = arguments.law.load();
  // Of a shape the vocabulary is taken where it is of use; --vocab is for nothing else.
  const bool unused = !arguments.embeddings.shape.empty() && law.n_means != NMeaning::kTotal;
  const double embedding_rows = unused ? 0.0 : arguments.embeddings.rows();
  PlanRequest out = arguments.cost.request(law, embedding_rows);
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
                               const std::vector<PlanAnswer>& answers,
                               const std::vector<std::string>& conversions) {
  const bool paper = request.accounting == FlopAccounting::kPaper;
  nlohmann::ordered_json out;
  out["format"] = kPlanFormat;
  out["law"] = name;
  out["cost"]["accounting"] = request.time ? "time" : paper ? "paper" : "6nd";
  if (paper && !request.time) {
    out["cost"]["active_cost"] = request.flops_per_active;
    out["cost"]["router_cost"] = request.router_cost;
    out["cost"]["width_per_block"] = request.shape.width_per_block;
  }
  out["expansion"] = request.law.expansion ? nlohmann::ordered_json(*request.law.expansion)
                                           : nlohmann::ordered_json(nullptr);
  const auto experts = rates_of_law(request);
  out["experts"] = experts ? rates_to_json(*experts) : nlohmann::ordered_json(nullptr);
  if (!conversions.empty()) out["conversions"] = conversions;
  out["plans"] = nlohmann::ordered_json::array();
  for (const PlanAnswer& answer : answers) {
    const Plan& plan = answer.plan;
    nlohmann::ordered_json row = plan_to_json(plan, request.time.has_value());
    if (experts && plan.usable()) {
      row["experts"] = rates_to_json(*rates_of_plan(request, plan), width_of_plan(request, plan));
    }
    add_to_json(request, answer, row);
    out["plans"].push_back(row);
  }
  return out;
}

int run(const Arguments& arguments) {
  std::vector<std::string> conversions;
  PlanRequest request = request_of(arguments, conversions);
  arguments.limits.apply(request);
  const std::string time = arguments.budget.apply_time(request);
  const std::vector<PlanAnswer> answers = answer_plans(request, arguments.budget.budgets(request),
                                                       arguments.budget.price_per_unit(request));
  const std::string name = arguments.law.name();
  std::vector<Plan> plans;
  for (const PlanAnswer& answer : answers) plans.push_back(answer.plan);
  print(arguments.json
            ? json_text(json_of(request, name, answers, conversions))
            : time + plan_text(request, name, plans, conversions) + answers_text(request, answers));
  return std::any_of(plans.begin(), plans.end(), [](const Plan& p) { return p.usable(); }) ? 0 : 1;
}

}  // namespace

void add_plan(CLI::App& app, Job& job) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("plan", "What to train with a budget, within limits");
  arguments->law.add_law(*command);
  arguments->budget.add(*command);
  arguments->cost.add(*command);
  arguments->law.add_conventions(*command);
  for (const VariableInfo& v : kVariables) {
    if (v.id != Variable::kU && v.id != Variable::kS) continue;
    command
        ->add_option("--" + std::string(v.key), arguments->given[index_of(v.id)],
                     fmt::format("{}, {}, for laws that have it", v.symbol, v.meaning))
        ->type_name("X");
  }
  arguments->counts.add(*command);
  arguments->embeddings.add(*command);
  arguments->limits.add(*command);
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
      for (auto* list : {&arguments->budget.flops, &arguments->budget.gpu_hours,
                         &arguments->budget.target_loss}) {
        reclaim_positional(arguments->law.positional, *list, is_list_of_numbers);
      }
    }
    job = [arguments] { return run(*arguments); };
  });
}

}  // namespace isoflop::app
