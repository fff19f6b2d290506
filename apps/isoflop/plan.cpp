// isoflop plan: the parameters, tokens and granularity to train with a budget and within limits.
#include "isoflop/text/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/isoflop/options/accounting.hpp"
#include "apps/isoflop/options/budget.hpp"
#include "apps/isoflop/options/embeddings.hpp"
#include "apps/isoflop/options/expert_counts.hpp"
#include "apps/isoflop/options/planner.hpp"
#include "apps/isoflop/options/real_shapes.hpp"
#include "apps/isoflop/options/versus.hpp"
#include "apps/isoflop/verbs.hpp"
#include "isoflop/convention/of_shape.hpp"
#include "apps/plan_answer.hpp"
#include "apps/words/terminal.hpp"
#include "apps/words/words.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/model_config.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/io/reports.hpp"

namespace isoflop::app {
namespace {

struct Arguments {
  PlannerArguments planner;
  BudgetArguments budget;
  ExpertCountArguments counts;
  EmbeddingArguments embeddings;
  VersusArguments versus;
  RealShapeArguments shapes;
  bool json = false;
};

/// What a plan takes from the architecture of --shape, and how it says so.
void use_shape(Arguments& arguments, std::vector<std::string>& conversions) {
  if (arguments.embeddings.shape.empty()) {
    if (arguments.planner.cost.granularity == "shape") {
      throw UsageError("--granularity shape needs --shape FILE");
    }
    return;
  }
  const std::string& file = arguments.embeddings.shape;
  const ModelShape shape = read_model_config(file);
  const LawRecord law = arguments.planner.law.load();
  if (law.n_means == NMeaning::kTotal) {
    conversions.push_back(fmt::format("N counts {} rows of embeddings: vocabulary {} of {}, {}",
                                      format_number(arguments.embeddings.rows()), shape.vocab_size,
                                      file, shape.tied ? "tied" : "embedding and head apart"));
  }
  // Only a law of experts has an E to take; a law of dense models has said so.
  const bool with_s = law_has_variable(law, Variable::kS);
  if (std::string& said = arguments.planner.given[index_of(Variable::kS)]; with_s && said.empty()) {
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
      arguments.planner.law.expansion = format_number(expansion.value);
      conversions.push_back(
          fmt::format("E = {} of {}: {}", format_number(expansion.value), file, expansion.how));
    }
  }
  if (arguments.planner.cost.granularity == "shape") {
    const Converted granularity = *from_shape(law, Variable::kG, shape);
    arguments.planner.cost.granularity = format_number(granularity.value);
    conversions.push_back(
        fmt::format("G = {} of {}: {}", format_number(granularity.value), file, granularity.how));
  }
  if (arguments.planner.width_per_block.empty() && !law.family) {
    const double ratio = arguments.embeddings.family().width_per_block;
    arguments.planner.width_per_block = format_number(ratio);
    conversions.push_back(
        fmt::format("d_model = {} n_blocks, as in {}", format_number(ratio), file));
  }
}

PlanProblem request_of(Arguments arguments, std::vector<std::string>& conversions) {
  arguments.counts.settle(find_law(arguments.planner.law.name()), arguments.planner.law.expansion,
                          arguments.planner.cost.granularity);
  use_shape(arguments, conversions);
  // Of a shape the vocabulary is taken where it is of use; --vocab is for nothing else.
  const bool unused = !arguments.embeddings.shape.empty() &&
                      arguments.planner.law.load().n_means != NMeaning::kTotal;
  return arguments.planner.request(unused ? 0.0 : arguments.embeddings.rows());
}

/// What one of the expansion rates that were compared would give.
struct RivalExpansion {
  double expansion;
  PlanStatus status;
  double loss;
};

/// --expansion free: settles E as the one, of powers of two that the runs behind the law had, with
/// the lowest loss. Needs a limit on memory, the only thing that more experts cost where FLOPs
/// count active parameters. Nothing where E is not free.
std::vector<RivalExpansion> choose_expansion(Arguments& arguments) {
  std::string& expansion = arguments.planner.law.expansion;
  if (expansion != "free") return {};
  expansion.clear();
  const LawRecord law = arguments.planner.law.load();
  const std::optional<Range>& range = law.ranges[Variable::kE];
  if (!law_has_variable(law, Variable::kE) || !range) {
    const std::string why = law.expansion
                                ? "holds for E = " + format_number(*law.expansion) + " alone"
                                : "has no E whose range is known";
    throw UsageError("--expansion free: " + arguments.planner.law.name() + " " + why);
  }
  if (arguments.planner.limits.max_memory_gb.empty()) {
    throw UsageError(fmt::format(
        "--expansion free: more experts cost no FLOPs, so that E = {}, the most that the runs "
        "behind the law had, would win: add --max-memory-gb",
        format_number(range->high)));
  }
  if (!arguments.budget.target_loss.empty()) {
    throw UsageError("--expansion free goes with --flops, --gpu-hours, or --gpus and --days");
  }
  std::vector<RivalExpansion> out;
  for (double e = 1.0; e <= range->high; e *= 2.0) {
    if (e < range->low) continue;
    expansion = format_number(e);
    std::vector<std::string> unused;
    PlanProblem request = request_of(arguments, unused);
    arguments.budget.apply_time(request);
    const std::vector<double> budgets = arguments.budget.budgets(request);
    if (budgets.size() != 1) throw UsageError("--expansion free is for one budget at a time");
    const Plan plan = plan_law(request, budgets).front();
    out.push_back({e, plan.status, plan.usable() ? plan.loss : HUGE_VAL});
  }
  const auto best = std::min_element(out.begin(), out.end(),
                                     [](const auto& a, const auto& b) { return a.loss < b.loss; });
  expansion = format_number(best->expansion);
  return out;
}

std::string describe(const std::vector<RivalExpansion>& rivals) {
  std::string out;
  for (const RivalExpansion& x : rivals) {
    out +=
        fmt::format("{}E = {}: {}", out.empty() ? "loss by E: " : ", ", format_number(x.expansion),
                    x.status == PlanStatus::kOptimal ? fmt::format("{:.4f}", x.loss)
                                                     : std::string(to_string(x.status)));
  }
  return out.empty() ? out : out + "\n";
}

nlohmann::ordered_json to_json(const std::vector<RivalExpansion>& rivals) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const RivalExpansion& x : rivals) {
    const bool usable = x.status == PlanStatus::kOptimal;
    out.push_back({{"expansion", x.expansion},
                   {"status", to_string(x.status)},
                   {"loss", usable ? nlohmann::ordered_json(x.loss) : nullptr}});
  }
  return out;
}

/// The shapes around every plan.
std::vector<ShapeSearch> shapes_of(const Arguments& arguments, const PlanProblem& request,
                                   const std::vector<PlanAnswer>& answers) {
  std::vector<ShapeSearch> out;
  if (!arguments.shapes.wanted()) return out;
  for (const PlanAnswer& answer : answers) {
    if (request.time && !answer.plan.usable()) throw Error("there is no plan to build a model for");
    out.push_back(search_shapes(
        request, answer.plan.budget,
        arguments.shapes.options(request, arguments.embeddings.vocab, arguments.embeddings.tied)));
    const double rate = arguments.budget.flops_per_gpu_second();
    for (RealShape& shape : out.back().best) {  // by a share of a GPU's peak
      if (rate > 0.0) {
        shape.gpu_hours = shape.d_tokens * shape.flops_per_token / rate / kSecondsPerHour;
      }
    }
  }
  return out;
}

nlohmann::ordered_json json_of(const Arguments& arguments, const PlanProblem& request,
                               const std::vector<PlanAnswer>& answers,
                               const std::vector<VersusColumn>& versus,
                               const std::vector<ShapeSearch>& shapes,
                               const std::vector<std::string>& conversions) {
  nlohmann::ordered_json out;
  out["format"] = kPlanFormat;
  out["law"] = arguments.planner.law.name();
  out["cost"] = request.time ? nlohmann::ordered_json{{"accounting", "time"}} : cost_json(request);
  out["expansion"] = request.law.expansion ? nlohmann::ordered_json(*request.law.expansion)
                                           : nlohmann::ordered_json(nullptr);
  const auto experts = rates_of_law(request);
  out["experts"] = experts ? rates_to_json(*experts) : nlohmann::ordered_json(nullptr);
  if (!conversions.empty()) out["conversions"] = conversions;
  out["plans"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Plan& plan = answers[i].plan;
    nlohmann::ordered_json row = plan_to_json(plan, request.time.has_value());
    if (experts && plan.usable()) {
      row["experts"] = rates_to_json(*rates_of_plan(request, plan), d_ff_of_plan(request, plan));
    }
    add_to_json(request, answers[i], row);
    if (!versus.empty()) row["versus"] = versus_json(request, versus, i);
    if (i < shapes.size()) row["shapes"] = shapes_to_json(arguments.shapes, shapes[i]);
    out["plans"].push_back(row);
  }
  return out;
}

int run(Arguments arguments) {
  std::vector<std::string> conversions;
  const std::vector<RivalExpansion> rivals = choose_expansion(arguments);
  PlanProblem request = request_of(arguments, conversions);
  const std::string time = arguments.budget.apply_time(request);
  BudgetArguments::add_time_draws(request);
  if (request.time) {  // a run is launched as it was timed
    const TrainingSetup& setup = request.time->setup();
    arguments.shapes.timed_tokens = setup.tokens;
    if (arguments.shapes.expert_parallel.empty() && setup.expert_parallel > 1.0) {
      arguments.shapes.expert_parallel = format_number(setup.expert_parallel);
    }
  }
  const std::vector<PlanAnswer> answers = answer_plans(request, arguments.budget.budgets(request),
                                                       arguments.budget.price_per_unit(request),
                                                       arguments.budget.flops_per_gpu_second());
  std::vector<Plan> plans;
  for (const PlanAnswer& answer : answers) plans.push_back(answer.plan);
  const std::vector<VersusColumn> versus = arguments.versus.columns(request, plans);
  const std::vector<ShapeSearch> shapes = shapes_of(arguments, request, answers);
  if (arguments.shapes.wanted() && arguments.shapes.emit_run(shapes)) return 0;
  if (arguments.json) {
    nlohmann::ordered_json out = json_of(arguments, request, answers, versus, shapes, conversions);
    if (!rivals.empty()) out["expansions"] = to_json(rivals);
    print(json_text(out));
  } else {
    std::string text = time + describe(rivals) +
                       plan_text(request, arguments.planner.law.name(), plans, conversions) +
                       answers_text(request, answers);
    if (!versus.empty()) text += "\n" + versus_text(request, versus, plans);
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      text += "\n" + shapes_text(arguments.shapes, request, plans[i].budget, shapes[i]);
    }
    print(text);
  }
  return std::any_of(plans.begin(), plans.end(), [](const Plan& p) { return p.usable(); }) ? 0 : 1;
}

}  // namespace

void add_plan(CLI::App& app, Job& job) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("plan", "What to train with a budget, within limits");
  arguments->budget.add(*command);
  arguments->planner.add(*command);
  arguments->counts.add(*command);
  arguments->embeddings.add(*command);
  arguments->versus.add(*command);
  arguments->shapes.add(*command);
  command->add_flag("--json", arguments->json, "print JSON (isoflop.plan/1) and nothing else");
  command->footer("Example:\n  isoflop plan krajewski2024-e64 --flops 1e20 1e21 1e22");
  command->callback([arguments, &job] {
    if (arguments->planner.law.option.empty()) {
      for (auto* list : {&arguments->budget.flops, &arguments->budget.gpu_hours,
                         &arguments->budget.target_loss}) {
        reclaim_positional(arguments->planner.law.positional, *list, is_list_of_numbers);
      }
    }
    job = [arguments] { return run(*arguments); };
  });
}

}  // namespace isoflop::app
