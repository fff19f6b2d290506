#include "isoflop/text/granularity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "isoflop/io/number.hpp"
#include "isoflop/laws/loss_unit.hpp"
#include "isoflop/text/grid.hpp"
#include "text/budget.hpp"

namespace isoflop::text {
namespace {

/// Which granularity wins, and by how much over the reference.
std::string verdict(const api::GranularityColumn& column, double reference,
                    const std::string& unit) {
  const SameCostRun& best = best_of(column.runs);
  const auto place = std::find_if(column.runs.begin(), column.runs.end(),
                                  [&](const SameCostRun& r) { return r.granularity == reference; });
  std::string out = fmt::format("by {}: G = {} wins", column.by, format_number(best.granularity));
  if (place != column.runs.end() && best.granularity != reference) {
    out += fmt::format(", by {:.4f} {} over G = {}", place->loss - best.loss, unit,
                       format_number(reference));
  } else if (column.runs.size() > 1) {
    double second = std::numeric_limits<double>::infinity();
    double second_g = 0.0;
    for (const SameCostRun& r : column.runs) {
      if (&r != &best && r.loss < second) second = r.loss, second_g = r.granularity;
    }
    out += fmt::format(", by {:.4f} {} over G = {}", second - best.loss, unit,
                       format_number(second_g));
  }
  if (column.runs.size() > 1 && &best == &column.runs.back()) {
    out += "; it is the finest tried";
  }
  return out + "\n";
}

std::string extrapolation(const api::GranularityColumn& column) {
  std::string beyond;
  for (const SameCostRun& r : column.runs) {
    if (!r.extrapolates_time) continue;
    beyond += (beyond.empty() ? "" : ", ") + format_number(r.granularity);
  }
  if (beyond.empty()) return "";
  return fmt::format(
      "by {}: beyond the layers of the cost table at G = {}; times there are those of its fitted "
      "model\n",
      column.by, beyond);
}

std::string table_of(const std::vector<api::GranularityColumn>& columns) {
  app::TextGrid grid;
  std::vector<std::string> head{"G"};
  for (const api::GranularityColumn& column : columns) {
    head.push_back("D by " + column.by);
    head.push_back("loss");
  }
  grid.add(head);
  for (std::size_t i = 0; i < columns[0].runs.size(); ++i) {
    std::vector<std::string> row{format_number(columns[0].runs[i].granularity)};
    for (const api::GranularityColumn& column : columns) {
      const SameCostRun& r = column.runs[i];
      const bool best = r.granularity == best_of(column.runs).granularity;
      row.push_back(human_number(r.d_tokens));
      row.push_back(fmt::format("{:.4f}{}", r.loss, best ? "*" : " "));
    }
    grid.add(row);
  }
  return grid.text();
}

}  // namespace

std::string granularity(const api::GranularityOutcome& outcome) {
  const api::GranularityRequest& request = outcome.request;
  std::string out;
  for (const api::GranularityColumn& column : outcome.columns) {
    if (column.time) out += time_line(request.time.cost_table, *column.time);
  }
  out +=
      fmt::format("{}: {} active parameters; each G is given what G = {} needs for {} tokens\n\n",
                  request.planner.law.law, human_number(request.n_active),
                  format_number(request.reference), human_number(request.d)) +
      table_of(outcome.columns) + "\n";
  for (const api::GranularityColumn& column : outcome.columns) {
    out += verdict(column, request.reference, unit_of_difference(outcome.problem.law.loss_unit));
  }
  for (const api::GranularityColumn& column : outcome.columns) out += extrapolation(column);
  return out;
}

}  // namespace isoflop::text
