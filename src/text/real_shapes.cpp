#include "text/real_shapes.hpp"

#include <fmt/format.h>

#include <cmath>

#include "isoflop/io/number.hpp"
#include "isoflop/text/grid.hpp"
#include "isoflop/text/hyperparameters.hpp"
#include "isoflop/text/shape.hpp"
#include "text/budget.hpp"

namespace isoflop::text {
namespace {

std::uint64_t training_bytes(const MemoryCount& bytes) {
  return bytes.weights + bytes.gradients + bytes.optimizer;
}

/// The batch and learning rate of a run, where a law of hyperparameters gives them.
struct RunColumns {
  const LaunchConfig& run;
  const std::vector<OutsideRange>& outside;
};

std::vector<std::string> row_of(std::size_t rank, const RealShape& s,
                                const std::optional<RunColumns>& columns) {
  const ModelShape& model = s.shape;
  std::vector<std::string> row{fmt::format("{}.", rank), std::to_string(model.d_model),
                               std::to_string(model.num_blocks), std::to_string(model.num_heads),
                               std::to_string(model.d_ff)};
  if (model.is_routed()) {
    row.insert(row.end(), {std::to_string(model.top_k), std::to_string(model.num_experts),
                           std::to_string(model.expert_width)});
  }
  row.insert(row.end(), {human_number(s.n_active), human_number(s.n_law), human_number(s.d_tokens),
                         human_number(s.flops_per_token * s.d_tokens)});
  if (std::isfinite(s.gpu_hours)) row.push_back(human_number(s.gpu_hours));
  row.insert(row.end(), {fmt::format("{:.4f}", s.loss), fmt::format("{:+.1e}", s.excess_loss),
                         fmt::format("{:.2f} %", 100.0 * s.budget_lost),
                         human_bytes(training_bytes(s.bytes))});
  if (columns) {
    row.push_back(human_number(static_cast<double>(columns->run.batch_tokens())));
    row.push_back(learning_rate(columns->run.lr, columns->outside));
  }
  return row;
}

std::string table_of(const PlanProblem& problem, const api::ShapeAnswer& answer) {
  const ShapeSearch& search = answer.search;
  const RealShape& first = search.best.front();
  app::TextGrid grid;
  std::vector<std::string> head{"", "d_model", "blocks", "heads", "d_ff"};
  if (first.shape.is_routed()) head.insert(head.end(), {"G", "experts", "width"});
  head.insert(head.end(), {"N active", "N of the law", "D tokens", "FLOPs"});
  if (std::isfinite(first.gpu_hours)) head.push_back("GPU-hours");
  head.insert(head.end(), {"loss", "above", unit_of(problem) + " lost", "training state"});
  const bool with_runs = !answer.outside.empty();
  if (with_runs) head.insert(head.end(), {"batch", "lr"});
  grid.add(head);
  for (std::size_t i = 0; i < search.best.size(); ++i) {
    std::optional<RunColumns> columns;
    if (with_runs) columns.emplace(RunColumns{answer.runs[i], answer.outside[i]});
    grid.add(row_of(i + 1, search.best[i], columns));
  }
  return grid.text();
}

}  // namespace

std::string shapes_text(const api::PlanOutcome& outcome, double budget,
                        const api::ShapeAnswer& answer) {
  const PlanProblem& problem = outcome.problem;
  const ShapeSearch& search = answer.search;
  const std::string shown = budget_text(problem, budget);
  if (search.best.empty()) return fmt::format("{}: no shapes: {}\n", shown, search.note);
  const LaunchConfig& run = answer.runs.front();
  return fmt::format("{}: the best {} of {} shapes near the plan, whose loss is {:.4f}\n", shown,
                     search.best.size(), search.num_examined, std::exp(search.optimum.log_loss)) +
         table_of(problem, answer) +
         hyperparameters_text(outcome.hyperparameters,
                              outcome.request.shapes.batch_tokens.has_value(), answer.outside) +
         fmt::format("1.: batches of {} tokens ({} sequences of {}), {} steps\n",
                     human_number(static_cast<double>(run.batch_tokens())), run.global_batch_size,
                     run.shape.seq_len, run.num_steps);
}

}  // namespace isoflop::text
