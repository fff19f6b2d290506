// isoflop granularity: one model trained at every granularity for the same cost, by FLOPs and by
// the time of a cost table.
#include <fmt/format.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cmath>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/isoflop/options/budget.hpp"
#include "apps/isoflop/options/planner.hpp"
#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "apps/words/words.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/plan/planner.hpp"
#include "isoflop/text/grid.hpp"

namespace isoflop::app {
namespace {

struct Arguments {
  PlannerArguments planner;
  BudgetArguments budget;
  std::vector<std::string> micro_batches;
  std::string n_active, d_tokens, reference = "8", most = "64";
  bool json = false;
};

struct Run {
  double granularity, d_tokens, loss;
  bool extrapolates_time;  ///< the layer lies beyond those of the cost table
};

/// The same cost spent at every granularity.
struct Column {
  std::string by;  ///< "FLOPs", or the micro-batch
  std::vector<Run> runs;

  const Run& best() const {
    return *std::min_element(runs.begin(), runs.end(),
                             [](const Run& a, const Run& b) { return a.loss < b.loss; });
  }
};

Column column_of(const std::string& by, const PlanProblem& request, double n_active, double d,
                 double reference, double most) {
  Column out{by, {}};
  const Planner planner = Planners(request).own();
  Optimum run;
  run.log_n_active = std::log(n_active);
  run.log_d = std::log(d);
  run.log_g = std::log(reference);
  const double spent = planner.log_spent(run);
  for (double g = 1.0; g <= most; g *= 2.0) {
    const double log_d = planner.log_tokens(spent, run.log_n_active, std::log(g));
    out.runs.push_back(
        {g, std::exp(log_d), std::exp(planner.log_loss(run.log_n_active, log_d, std::log(g))),
         request.time && request.time->is_extrapolated(run.log_n_active, std::log(g))});
  }
  return out;
}

/// Which granularity wins, and by how much over the reference.
std::string verdict(const Column& column, double reference) {
  const Run& best = column.best();
  const auto place = std::find_if(column.runs.begin(), column.runs.end(),
                                  [&](const Run& r) { return r.granularity == reference; });
  std::string out = fmt::format("by {}: G = {} wins", column.by, format_number(best.granularity));
  if (place != column.runs.end() && best.granularity != reference) {
    out += fmt::format(", by {:.4f} nats over G = {}", place->loss - best.loss,
                       format_number(reference));
  } else if (column.runs.size() > 1) {
    double second = std::numeric_limits<double>::infinity();
    double second_g = 0.0;
    for (const Run& r : column.runs) {
      if (&r != &best && r.loss < second) second = r.loss, second_g = r.granularity;
    }
    out += fmt::format(", by {:.4f} nats over G = {}", second - best.loss, format_number(second_g));
  }
  return out + "\n";
}

int run(const Arguments& arguments) {
  const double n_active = positive_argument("--n-active", arguments.n_active);
  const double d = positive_argument("--d", arguments.d_tokens);
  const double reference = positive_argument("--reference", arguments.reference);
  const double most = positive_argument("--max-g", arguments.most);
  if (reference < 1.0 || most < 1.0) throw UsageError("--reference and --max-g are at least 1");
  if (most < reference)
    throw UsageError("--max-g is below --reference, which every G is compared with");
  PlanProblem request = arguments.planner.request();
  if (!has_granularity(request.law)) {
    throw UsageError(fmt::format("the law {} has no granularity", request.law.law.name()));
  }
  if (request.limits.any() || request.search.search != GranularitySearch::kPowersOfTwo) {
    throw UsageError(
        "this command holds N and compares every G: limits and --granularity belong to isoflop "
        "plan");
  }
  request.search.max_granularity = most;
  std::vector<Column> columns{column_of("FLOPs", request, n_active, d, reference, most)};
  std::string heads;
  std::vector<std::string> batches = arguments.micro_batches;
  if (batches.empty() && !arguments.budget.cost_table.empty()) batches.emplace_back();
  for (const std::string& batch : batches) {
    BudgetArguments time = arguments.budget;
    time.micro_batch = batch;
    PlanProblem timed = request;
    heads += time.apply_time(timed);
    columns.push_back(column_of(batch.empty() ? "time" : "time at " + batch + " tokens", timed,
                                n_active, d, reference, most));
  }
  if (arguments.json) {
    nlohmann::ordered_json out;
    out["format"] = "isoflop.granularity/1";
    out["law"] = arguments.planner.law.name();
    out["n_active"] = n_active;
    out["reference"] = {{"granularity", reference}, {"d_tokens", d}};
    out["columns"] = nlohmann::ordered_json::array();
    for (const Column& column : columns) {
      nlohmann::ordered_json rows = nlohmann::ordered_json::array();
      for (const Run& r : column.runs) {
        rows.push_back({{"granularity", r.granularity},
                        {"d_tokens", r.d_tokens},
                        {"loss", r.loss},
                        {"extrapolates_time", r.extrapolates_time}});
      }
      out["columns"].push_back(
          {{"by", column.by}, {"best_granularity", column.best().granularity}, {"runs", rows}});
    }
    print(json_text(out));
    return 0;
  }
  TextGrid grid;
  std::vector<std::string> head{"G"};
  for (const Column& column : columns) {
    head.push_back("D by " + column.by);
    head.push_back("loss");
  }
  grid.add(head);
  for (std::size_t i = 0; i < columns[0].runs.size(); ++i) {
    std::vector<std::string> row{format_number(columns[0].runs[i].granularity)};
    for (const Column& column : columns) {
      const Run& r = column.runs[i];
      row.push_back(human_number(r.d_tokens));
      row.push_back(
          fmt::format("{:.4f}{}", r.loss, r.granularity == column.best().granularity ? "*" : " "));
    }
    grid.add(row);
  }
  std::string text =
      heads +
      fmt::format("{}: {} active parameters; each G is given what G = {} needs for {} tokens\n\n",
                  arguments.planner.law.name(), human_number(n_active), format_number(reference),
                  human_number(d)) +
      grid.text() + "\n";
  for (const Column& column : columns) text += verdict(column, reference);
  for (const Column& column : columns) {
    std::string beyond;
    for (const Run& r : column.runs) {
      if (!r.extrapolates_time) continue;
      beyond += (beyond.empty() ? "" : ", ") + format_number(r.granularity);
    }
    if (beyond.empty()) continue;
    text += fmt::format(
        "by {}: beyond the layers of the cost table at G = {}; times there are those of its fitted "
        "model\n",
        column.by, beyond);
  }
  print(text);
  return 0;
}

}  // namespace

void add_granularity(CLI::App& app, Job& job) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("granularity", "One model at every granularity, for the same cost");
  arguments->planner.add(*command);
  command->add_option("--n-active", arguments->n_active, "active parameters of the model")
      ->type_name("N")
      ->required();
  command->add_option("--d", arguments->d_tokens, "training tokens at --reference")
      ->type_name("D")
      ->required();
  command
      ->add_option("--reference", arguments->reference,
                   "granularity whose cost all others are given (default 8)")
      ->type_name("G");
  command->add_option("--max-g", arguments->most, "finest granularity shown (default 64)")
      ->type_name("G");
  arguments->budget.add_time(*command);
  command->remove_option(command->get_option("--micro-batch"));
  command
      ->add_option("--micro-batch", arguments->micro_batches,
                   "tokens that pass a layer of one GPU at once, one or more, such as 8192 65536")
      ->type_name("T ...")
      ->take_all()
      ->group("Time");
  command->add_flag("--json", arguments->json,
                    "print JSON (isoflop.granularity/1) and nothing else");
  command->footer(
      "Example:\n  isoflop granularity krajewski2024-e64 --n-active 7.08M --d 66B "
      "--width-per-block 96");
  command->callback([arguments, &job] { job = [arguments] { return run(*arguments); }; });
}

}  // namespace isoflop::app
