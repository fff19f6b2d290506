#include "isoflop/text/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/plan/experts_of_plan.hpp"
#include "isoflop/text/experts.hpp"
#include "isoflop/text/grid.hpp"
#include "isoflop/text/law.hpp"
#include "text/answers.hpp"
#include "text/budget.hpp"
#include "text/real_shapes.hpp"
#include "text/undetermined.hpp"
#include "text/versus.hpp"
#include "text/widening.hpp"

namespace isoflop::text {
namespace {

/// "lr = 0.0003, B = 512": where the law is asked along variables of its own.
std::string own_values_line(const PlanProblem& problem) {
  std::string out;
  for (const VariableInfo& own : facts_of(problem.law.law).own_variables) {
    out += fmt::format("{}{} = {}", out.empty() ? "" : ", ", own.symbol,
                       human_number(problem.given[index_of(own.id)]));
  }
  return out.empty() ? out : out + "\n";
}

std::string head_of(const PlanProblem& problem, const std::string& name) {
  const std::string embeddings =
      problem.embedding_rows > 0.0
          ? fmt::format("N = N active + {} d_model of embeddings; FLOPs are counted on N active\n",
                        format_number(problem.embedding_rows))
          : "";
  return head_of_law(name, problem.law) + own_values_line(problem) + embeddings +
         (problem.time ? "" : "FLOPs: " + describe_cost(cost_terms(problem)) + "\n");
}

/// E', n and K of a plan.
std::vector<std::string> experts_of(const PlanProblem& problem, const Plan& plan) {
  const auto rates = rates_of_plan(problem, plan);
  auto text = [](const std::optional<double>& x) { return x ? count_text(*x) : "-"; };
  const auto d_ff = d_ff_of_plan(problem, plan);
  const bool known = rates && rates->granularity && d_ff;
  return {rates ? text(rates->num_experts()) : "-",
          known ? fmt::format("{:.0f}", *d_ff / *rates->granularity) : "-",
          rates ? text(rates->top_k()) : "-"};
}

std::vector<std::string> row_of(const PlanProblem& problem, const Plan& p, bool with_g) {
  if (!p.usable()) return {budget_text(problem, p.budget), to_string(p.status)};
  std::vector<std::string> row{budget_text(problem, p.budget),
                               human_number(p.n_active),
                               human_number(p.n_total),
                               human_number(p.d_tokens),
                               fmt::format("{:.1f}", p.tokens_per_active_parameter()),
                               fmt::format("{:.4f}", p.loss),
                               std::isfinite(p.d_model) ? fmt::format("{:.0f}", p.d_model) : "-",
                               std::isfinite(p.n_blocks) ? fmt::format("{:.1f}", p.n_blocks) : "-"};
  if (with_g) row.push_back(fmt::format("{:.4g}", p.granularity));
  if (rates_of_law(problem)) {
    for (std::string& cell : experts_of(problem, p)) row.push_back(std::move(cell));
  }
  if (with_g) {
    row.push_back(std::isfinite(p.router_flops_share)
                      ? fmt::format("{:.1f} %", 100.0 * p.router_flops_share)
                      : "-");
    const bool known = p.coarse && std::isfinite(p.coarse->loss);
    row.push_back(known ? fmt::format("{:.4f}", p.coarse->loss) : "-");
    row.push_back(
        known && std::isfinite(p.coarse->extra_budget)
            ? fmt::format("{:+.0f} %", std::round(100.0 * p.coarse->extra_budget / p.budget) + 0.0)
            : "-");
  }
  return row;
}

/// The granularities that the draws choose, or their interval where they choose among all.
std::string granularities(const PlanDraws& draws) {
  std::string out;
  for (const auto& [g, share] : draws.granularity_frequency) {
    out += fmt::format("{}{}: {:.1f} %", out.empty() ? "" : ", ", format_number(g), 100.0 * share);
  }
  return out.empty() ? human_interval(draws.granularity, 1) : out;
}

/// How the intervals of a new run came about, or why there are none.
std::string new_runs_text(const PlanProblem& problem, const std::vector<Plan>& plans) {
  const LawRecord& law = problem.law;
  if (law.draws.bootstrap.empty()) return "";
  if (!has_new_runs(law)) {
    return "This law file does not say how far new runs scatter about the curve; 'isoflop fit' "
           "writes that.\n";
  }
  std::string out;
  for (const Plan& p : plans) {
    if (!p.draws || !law.calibration) continue;
    out += budget_text(problem, p.budget) + ": " + widening_text(law, p.draws->new_run) + "\n";
  }
  return out;
}

std::string intervals_of(const PlanProblem& problem, const std::vector<Plan>& plans) {
  const bool with_g =
      has_granularity(problem.law) && problem.search.search != GranularitySearch::kFixed;
  app::TextGrid grid;
  const bool with_new_runs = has_new_runs(problem.law);
  std::vector<std::string> head{unit_of(problem), "N active", "D tokens", "D/N active",
                                "loss, curve"};
  if (with_new_runs) head.push_back("loss, new run");
  if (with_g) head.push_back("G");
  head.push_back(problem.law.draws.bootstrap.empty() ? "if another draw is true"
                                                     : "if another refit is true");
  grid.add(head);
  std::string notes;
  for (const Plan& p : plans) {
    if (!p.draws) continue;
    const PlanDraws& d = *p.draws;
    std::vector<std::string> row{
        budget_text(problem, p.budget), human_interval(d.n_active), human_interval(d.d_tokens),
        human_interval(d.tokens_per_active_parameter, 1), human_interval(d.loss, 4)};
    if (with_new_runs) row.push_back(human_interval(d.new_run.interval, 4));
    if (with_g) row.push_back(granularities(d));
    row.push_back(std::isfinite(d.regret)
                      ? fmt::format("{:.2f} % of the {} lost (95 % of refits: up to {:.2f} %)",
                                    100.0 * d.regret / p.budget, unit_of(problem),
                                    100.0 * d.regret_95 / p.budget)
                      : "-");
    grid.add(row);
    if (d.num_without_plan > 0) {
      notes += fmt::format("{}: {} of {} refits have no plan and count nowhere above\n",
                           budget_text(problem, p.budget), d.num_without_plan, d.num_draws);
    }
  }
  const Draws& draws = problem.law.draws;
  const std::string from =
      draws.bootstrap.empty()
          ? fmt::format("{} resamples of the measured times; the law itself has no draws",
                        problem.time_draws.size())
          : fmt::format("{} refits to resampled runs{} ({})", draws.bootstrap.size(),
                        problem.time_draws.empty() ? "" : ", times resampled along",
                        draws.jackknife.empty() ? "percentile" : "BCa");
  const std::string what = draws.bootstrap.empty() ? "95 % of "
                           : with_new_runs         ? "95 % of the curve and of new runs, from "
                                                   : "95 % of the curve, from ";
  return "\n" + what + from + ":\n" + grid.text() + new_runs_text(problem, plans) + notes;
}

/// What any of these plans lies outside of.
std::string outside_of_any(const LawFacts& law, const std::vector<Plan>& plans) {
  Plan all;
  for (const Plan& p : plans) {
    if (!p.usable()) continue;
    for (const Variable v : p.extrapolated) {
      const auto& seen = all.extrapolated;
      if (std::find(seen.begin(), seen.end(), v) == seen.end()) all.extrapolated.push_back(v);
    }
    all.extrapolates_d_per_n = all.extrapolates_d_per_n || p.extrapolates_d_per_n;
  }
  std::sort(all.extrapolated.begin(), all.extrapolated.end());
  return outside_of(law, all);
}

/// So many budgets are named one by one; of more it is said how many they are.
constexpr std::size_t kMostNamed = 3;

std::vector<std::string> notes_on(const PlanProblem& problem, const Plan& p,
                                  const std::string& outside) {
  const LawRecord& law = problem.law;
  if (p.status == PlanStatus::kInfeasible) return {};  // limits_text says which limit
  if (!p.usable()) return {p.note};
  std::vector<std::string> notes;
  if (p.status == PlanStatus::kOptimal && !p.note.empty()) notes.push_back(p.note);
  if (!law.ranges[Variable::kN]) {
    notes.emplace_back("the range of the runs behind this law is not known");
  }
  if (!outside_of(facts_of(law.law), p).empty()) {
    notes.push_back("beyond the runs behind this law in " + outside);
  }
  if (p.extrapolates_time) {
    notes.emplace_back(
        "its layers lie beyond those of the cost table; the time is that of the table's fitted "
        "model");
  }
  return notes;
}

/// "1e21", "1e20, 1e21", and of more than three only how many and their range.
std::string budgets_text(const PlanProblem& problem, const std::vector<double>& budgets) {
  if (budgets.size() > kMostNamed) {
    const auto [low, high] = std::minmax_element(budgets.begin(), budgets.end());
    return fmt::format("{} budgets from {} to {}", budgets.size(), budget_text(problem, *low),
                       budget_text(problem, *high));
  }
  std::string out;
  for (const double budget : budgets)
    out += (out.empty() ? "" : ", ") + budget_text(problem, budget);
  return out;
}

/// One line for each thing that is to be known, whatever the number of plans that it holds for.
std::string notes_on_all(const PlanProblem& problem, const std::vector<Plan>& plans) {
  std::vector<std::pair<std::string, std::vector<double>>> notes;
  const LawFacts facts = facts_of(problem.law.law);
  const std::string all_outside = outside_of_any(facts, plans);
  const auto num_outside =
      static_cast<std::size_t>(std::count_if(plans.begin(), plans.end(), [&](const Plan& p) {
        return p.usable() && !outside_of(facts, p).empty();
      }));
  const bool alike = std::all_of(plans.begin(), plans.end(), [&](const Plan& p) {
    return !p.usable() || outside_of(facts, p).empty() || outside_of(facts, p) == all_outside;
  });
  for (const Plan& p : plans) {
    const std::string outside =
        num_outside > kMostNamed && !alike ? "one or more of " + all_outside : outside_of(facts, p);
    for (const std::string& text : notes_on(problem, p, outside)) {
      auto place = std::find_if(notes.begin(), notes.end(),
                                [&](const auto& note) { return note.first == text; });
      if (place == notes.end()) place = notes.insert(notes.end(), {text, {}});
      place->second.push_back(p.budget);
    }
  }
  std::string out;
  for (const auto& [text, budgets] : notes) {
    out += budgets_text(problem, budgets) + ": " + text + "\n";
  }
  return out;
}

std::string experts_line(const PlanProblem& problem) {
  const auto rates = rates_of_law(problem);
  if (!rates) return "";
  const auto ratio = d_ff_per_d_model(problem);
  return "Experts: " + describe_rates(*rates) +
         (!ratio          ? ""
          : *ratio == 4.0 ? ", d_ff = 4 d_model"
                          : ", d_ff = 8/3 d_model (SwiGLU)") +
         "\n";
}

std::string table_of(const PlanProblem& problem, const std::vector<Plan>& plans) {
  const bool with_g = has_granularity(problem.law);
  app::TextGrid grid;
  std::vector<std::string> head{unit_of(problem), "N active", "N total", "D tokens",
                                "D/N active",     "loss",     "d_model", "blocks"};
  if (with_g) head.push_back("G");
  if (rates_of_law(problem)) head.insert(head.end(), {"E'", "n", "K"});
  if (with_g) head.insert(head.end(), {"routing", "loss at G=1", "G=1 needs"});
  grid.add(head);
  for (const Plan& p : plans) grid.add(row_of(problem, p, with_g));
  return grid.text();
}

std::string plans_text(const api::PlanOutcome& outcome, const std::vector<Plan>& plans) {
  const PlanProblem& problem = outcome.problem;
  auto any = [&](auto&& holds) { return std::any_of(plans.begin(), plans.end(), holds); };
  std::string out = head_of(problem, outcome.request.planner.law.law);
  for (const std::string& how : outcome.conversions) out += "from the shape: " + how + "\n";
  out += experts_line(problem) + "\n" +
         undetermined_text(problem, plans, outcome.request.doubt.accept_undetermined) +
         table_of(problem, plans);
  if (any([](const Plan& p) { return p.coarse.has_value(); })) {
    out += fmt::format(
        "\n\"G=1 needs\": extra {} with which the best coarse run (G = 1) would reach the "
        "same loss.\n",
        unit_of(problem));
  }
  if (any([](const Plan& p) { return p.draws.has_value(); })) out += intervals_of(problem, plans);
  std::string notes = notes_on_all(problem, plans) + beyond_runs_text(problem, plans);
  for (const std::string& note : notes_on_fit(problem.law)) notes += "note: " + note + "\n";
  return notes.empty() ? out : out + "\n" + notes;
}

std::string expansions_text(const std::vector<RivalExpansion>& rivals) {
  std::string out;
  for (const RivalExpansion& x : rivals) {
    out +=
        fmt::format("{}E = {}: {}", out.empty() ? "loss by E: " : ", ", format_number(x.expansion),
                    x.status == PlanStatus::kOptimal ? fmt::format("{:.4f}", x.loss)
                                                     : std::string(to_string(x.status)));
  }
  return out.empty() ? out : out + "\n";
}

}  // namespace

std::string plan(const api::PlanOutcome& outcome) {
  const PlanProblem& problem = outcome.problem;
  const std::vector<Plan> plans = outcome.plans();
  std::string out = outcome.time ? time_line(outcome.request.time.cost_table, *outcome.time) : "";
  out += expansions_text(outcome.expansions) + plans_text(outcome, plans) + answers_text(outcome);
  if (!outcome.versus.empty()) out += "\n" + versus_text(problem, outcome.versus, plans);
  for (std::size_t i = 0; i < outcome.shapes.size(); ++i) {
    out += "\n" + shapes_text(outcome, plans[i].budget, outcome.shapes[i]);
  }
  return out;
}

}  // namespace isoflop::text
