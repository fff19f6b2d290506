// isoflop frontier: the compute-optimal curve over a range of budgets.
#include "isoflop/text/frontier.hpp"

#include <algorithm>
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/isoflop/options/planner.hpp"
#include "apps/isoflop/options/versus.hpp"
#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "apps/words/words.hpp"
#include "isoflop/plan/frontier.hpp"

namespace isoflop::app {
namespace {

struct Arguments {
  PlannerArguments planner;
  VersusArguments versus;
  std::string from, to, points = "25", threads = "0";
  bool csv = false, json = false;
};

int run(const Arguments& arguments) {
  FrontierOptions options;
  options.from = positive_argument("--from", arguments.from);
  options.to = positive_argument("--to", arguments.to);
  if (options.to <= options.from) throw UsageError("--to must be above --from");
  options.num_points = count_argument("--points", arguments.points, 2);
  if (options.num_points > 1'000'000) throw UsageError("--points: at most a million");
  options.num_threads =
      static_cast<unsigned>(std::min(count_argument("--threads", arguments.threads, 0), 1024ull));
  const PlanProblem request = arguments.planner.request();
  const std::string name = arguments.planner.law.name();
  Frontier curve;
  {
    Progress progress("isoflop: draw");
    options.progress = [&](std::size_t done, std::size_t all) { progress.update(done, all); };
    curve = frontier(request, options);
  }
  const auto columns = arguments.versus.columns(request, curve.plans);
  if (arguments.json) {
    print(json_text(frontier_json(request, name, curve, columns)));
  } else if (arguments.csv) {
    print(frontier_csv(request, curve, columns));
  } else {
    print(frontier_text(request, name, curve, columns));
  }
  return std::any_of(curve.plans.begin(), curve.plans.end(),
                     [](const Plan& p) { return p.usable(); })
             ? 0
             : 1;
}

}  // namespace

void add_frontier(CLI::App& app, Job& job) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("frontier", "The best plans over a range of budgets, and where G changes");
  arguments->planner.add(*command);
  command->add_option("--from", arguments->from, "smallest budget, training FLOPs")
      ->type_name("X")
      ->required();
  command->add_option("--to", arguments->to, "largest budget")->type_name("X")->required();
  command
      ->add_option("--points", arguments->points,
                   "plans between them, both ends included, evenly spaced in the logarithm "
                   "(default 25)")
      ->type_name("COUNT");
  arguments->versus.add(*command);
  command
      ->add_option("--threads", arguments->threads,
                   "for the law's draws (default 0: one per core); changes no result")
      ->type_name("COUNT");
  CLI::Option* csv = command->add_flag("--csv", arguments->csv, "print CSV and nothing else");
  command->add_flag("--json", arguments->json, "print JSON (isoflop.frontier/1) and nothing else")
      ->excludes(csv);
  command->footer("Example:\n  isoflop frontier krajewski2024-e64 --from 1e15 --to 1e27");
  command->callback([arguments, &job] { job = [arguments] { return run(*arguments); }; });
}

}  // namespace isoflop::app
