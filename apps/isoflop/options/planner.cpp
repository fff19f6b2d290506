#include "apps/isoflop/options/planner.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "apps/isoflop/verbs.hpp"
#include "apps/words/words.hpp"

namespace isoflop::app {

void PlannerArguments::add(CLI::App& command) {
  law.add_law(command);
  cost.add(command);
  law.add_conventions(command);
  for (const VariableInfo& v : kVariables) {
    if (v.id != Variable::kU && v.id != Variable::kS) continue;
    command
        .add_option("--" + std::string(v.key), given[index_of(v.id)],
                    fmt::format("{}, {}, for laws that have it", v.symbol, v.meaning))
        ->type_name("X");
  }
  command
      .add_option("--router-cost", router_cost,
                  "c_r, FLOPs of routing (default 14; the paper gives 6 to 20)")
      ->type_name("X");
  command
      .add_option("--active-cost", active_cost,
                  "c_f, FLOPs per active parameter and token (default 6)")
      ->type_name("X");
  command.add_option("--width-per-block", width_per_block, "d_model / n_blocks (default 64)")
      ->type_name("X");
  command
      .add_option("--max-granularity", max_granularity, "largest G that is searched (default 1024)")
      ->type_name("X");
  limits.add(command);
  command.add_flag("--accept-unconverged", law.accept_unconverged,
                   "use a fit that did not converge");
}

PlanProblem PlannerArguments::request(double embedding_rows) const {
  PlanProblem out = cost.request(law.load(), embedding_rows);
  out.search.max_granularity = number_argument("--max-granularity", max_granularity);
  if (out.search.max_granularity < 1.0) throw UsageError("--max-granularity must be at least 1");
  out.router_cost = number_argument("--router-cost", router_cost);
  if (out.router_cost < 0.0) throw UsageError("--router-cost must not be negative");
  out.flops_per_active = positive_argument("--active-cost", active_cost);
  if (!width_per_block.empty()) {
    out.shape.width_per_block = positive_argument("--width-per-block", width_per_block);
  }
  for (const VariableInfo& v : kVariables) {
    const std::string& text = given[index_of(v.id)];
    if (text.empty()) continue;
    if (!law_has_variable(out.law, v.id)) {
      throw UsageError(
          fmt::format("--{} is not a variable of the law {}", v.key, out.law.law.name()));
    }
    out.given[index_of(v.id)] = variable_argument(v, text);
  }
  limits.apply(out);
  return out;
}

}  // namespace isoflop::app
