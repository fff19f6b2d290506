#include "isoflop/plan/table_time.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "isoflop/core/parallel.hpp"
#include "isoflop/cost/cost_surface.hpp"
#include "isoflop/error.hpp"

namespace isoflop {
namespace {

constexpr std::size_t kTimeDraws = 100;

}  // namespace

void require_timeable(const PlanProblem& problem) {
  if (problem.accounting != FlopAccounting::kPaper) {
    throw InvalidArgument(
        "cost_table",
        field("cost_table") + " needs the FLOPs of models of experts beside the times (" +
            field("cost") + " paper): a law with an expansion rate E and an N without embeddings");
  }
  if (problem.router_cost != PlanProblem{}.router_cost) {
    throw InvalidArgument(
        "router_cost",
        field("router_cost") + " counts FLOPs; with a cost table routing takes its own time");
  }
}

std::set<double> tokens_in(const CostTable& table) {
  std::set<double> out;
  for (const CostRow& row : table.rows) out.insert(static_cast<double>(row.layer.tokens));
  return out;
}

std::set<Activation> activations_in(const CostTable& table) {
  std::set<Activation> out;
  for (const CostRow& row : table.rows) out.insert(row.layer.activation);
  return out;
}

double dense_flops_per_s(const CostTable& table, std::optional<double> share) {
  const double peak = std::isfinite(table.peaks.gemm_flops_per_s) ? table.peaks.gemm_flops_per_s
                                                                  : table.peaks.spec_flops_per_s;
  if (!(peak > 0.0)) throw InvalidArgument("the cost table names no peak for dense products");
  if (!share) return peak;
  if (*share > 1.0) {
    throw InvalidArgument("mfu_dense", field("mfu_dense") + " is a share of the peak, at most 1");
  }
  return *share * peak;
}

TableTime use_table_time(PlanProblem& problem, const CostTable& table, const CostChoice& choice,
                         TrainingSetup setup) {
  setup.expansion = problem.law.expansion.value_or(1.0);
  const CostSurface surface(table, choice);
  problem.time.emplace(surface, setup, problem.shape, problem.search.max_granularity);
  const std::vector<CostRow> rows = choose_rows(table, choice);
  TableTime out;
  out.source = table.source;
  out.gpu_name = table.environment.gpu_name;
  out.backend = choice.backend;
  if (table.source == CostSource::kMeasured) out.routing = rows.front().routing;
  out.graph = rows.front().graph;
  out.checked = weakest_check(rows);
  out.setup = setup;
  return out;
}

void add_time_draws(PlanProblem& problem) {
  if (!problem.time || problem.time->is_formula()) return;  // nothing scatters
  std::vector<std::optional<TrainingTime>> draws(kTimeDraws);
  parallel_for(draws.size(), 0, [&](std::size_t i) { draws[i] = problem.time->resampled(i + 1); });
  for (auto& draw : draws) {
    if (draw) problem.time_draws.push_back(std::move(*draw));
  }
}

}  // namespace isoflop
