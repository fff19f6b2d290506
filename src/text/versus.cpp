#include "text/versus.hpp"

#include <fmt/format.h>

#include <cmath>

#include "isoflop/text/grid.hpp"
#include "text/budget.hpp"

namespace isoflop::text {
namespace {

/// The law, and how its FLOPs are counted where that differs.
std::string about(const PlanProblem& problem, const api::VersusColumn& column) {
  const std::string what =
      column.name == column.word ? column.word : column.word + " (" + column.name + ")";
  const bool same = problem.time || column.cost == cost_terms(problem);
  return same ? what : what + ", its FLOPs " + describe_cost(column.cost);
}

}  // namespace

std::string multiplier_text(const Versus& answer) {
  if (!std::isfinite(answer.compute_multiplier)) return "-";
  return fmt::format("{:.2f}x", answer.compute_multiplier);
}

std::string versus_notes(const PlanProblem& problem, const std::vector<api::VersusColumn>& columns,
                         const std::vector<Plan>& plans) {
  std::string out;
  for (const api::VersusColumn& column : columns) {
    out += fmt::format("over {}: budget that it needs for the plan's loss, over the plan's own\n",
                       about(problem, column));
  }
  for (const api::VersusColumn& column : columns) {
    for (std::size_t i = 0; i < plans.size(); ++i) {
      if (column.answers[i].note.empty() || !plans[i].usable()) continue;
      out += fmt::format("{}: over {}: {} ({:.4f})\n", budget_text(problem, plans[i].budget),
                         column.word, column.answers[i].note, plans[i].loss);
    }
  }
  return out;
}

std::string versus_text(const PlanProblem& problem, const std::vector<api::VersusColumn>& columns,
                        const std::vector<Plan>& plans) {
  if (columns.empty()) return "";
  app::TextGrid grid;
  std::vector<std::string> head{unit_of(problem)};
  for (const api::VersusColumn& column : columns) head.push_back("over " + column.word);
  grid.add(head);
  for (std::size_t i = 0; i < plans.size(); ++i) {
    std::vector<std::string> row{budget_text(problem, plans[i].budget)};
    for (const api::VersusColumn& column : columns) {
      row.push_back(multiplier_text(column.answers[i]));
    }
    grid.add(row);
  }
  return "\n" + grid.text() + versus_notes(problem, columns, plans);
}

}  // namespace isoflop::text
