#include "isoflop/text/frontier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>

#include "isoflop/io/number.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/text/grid.hpp"
#include "isoflop/text/law.hpp"
#include "text/budget.hpp"
#include "text/undetermined.hpp"
#include "text/versus.hpp"

namespace isoflop::text {
namespace {

std::string shares(const PlanDraws& draws, const char* between, const char* separator,
                   const std::function<std::string(double)>& share_text) {
  std::string out;
  for (const auto& [g, share] : draws.granularity_frequency) {
    out += (out.empty() ? "" : separator) + format_number(g) + between + share_text(share);
  }
  return out;
}

/// One line for each run of neighbouring plans of which `said` says the same; "" says nothing.
std::string stretches(const std::vector<Plan>& plans,
                      const std::function<std::string(const Plan&)>& said) {
  std::string out;
  for (std::size_t first = 0; first < plans.size();) {
    const std::string text = said(plans[first]);
    std::size_t end = first + 1;
    while (end < plans.size() && said(plans[end]) == text) ++end;
    if (!text.empty()) {
      const std::string from = human_number(plans[first].budget);
      out += end - first == 1
                 ? fmt::format("{}: {}\n", from, text)
                 : fmt::format("{} to {}: {}\n", from, human_number(plans[end - 1].budget), text);
    }
    first = end;
  }
  return out;
}

std::string notes_on(const PlanProblem& problem, const std::vector<Plan>& plans) {
  const LawFacts facts = facts_of(problem.law.law);
  std::string out =
      stretches(plans, [](const Plan& p) { return p.usable() ? std::string() : p.note; });
  if (!problem.law.ranges[Variable::kN]) {
    out += "the range of the runs behind this law is not known\n";
  }
  out += stretches(plans, [&](const Plan& p) {
    const std::string outside = p.usable() ? outside_of(facts, p) : "";
    return outside.empty() ? outside : "beyond the runs behind this law in " + outside;
  });
  out += beyond_runs_text(problem, plans);
  for (const std::string& note : notes_on_fit(problem.law)) out += "note: " + note + "\n";
  return out;
}

std::string limits_of(const Plan& plan) {
  std::string out;
  for (const BindingLimit& b : plan.binding) {
    out += (out.empty() ? "" : ", ") + std::string(to_string(b.limit));
  }
  return out;
}

std::string table(const PlanProblem& problem, const Frontier& curve,
                  const std::vector<api::VersusColumn>& columns) {
  const bool with_g = has_granularity(problem.law);
  const bool with_limits = std::any_of(curve.plans.begin(), curve.plans.end(),
                                       [](const Plan& p) { return !p.binding.empty(); });
  const bool with_doubts = std::any_of(curve.plans.begin(), curve.plans.end(),
                                       [](const Plan& p) { return p.undetermined(); });
  app::TextGrid grid;
  std::vector<std::string> head{"FLOPs", "N active", "N total", "D tokens", "D/N active", "loss"};
  if (with_g) head.insert(head.end(), {"G", "routing"});
  for (const api::VersusColumn& column : columns) head.push_back("over " + column.word);
  if (with_limits) head.emplace_back("held by");
  if (with_doubts) head.emplace_back("status");
  grid.add(head);
  for (std::size_t i = 0; i < curve.plans.size(); ++i) {
    const Plan& p = curve.plans[i];
    if (!p.usable()) {
      grid.add({human_number(p.budget), to_string(p.status)});
      continue;
    }
    std::vector<std::string> row{human_number(p.budget),
                                 human_number(p.n_active),
                                 human_number(p.n_total),
                                 human_number(p.d_tokens),
                                 fmt::format("{:.1f}", p.tokens_per_active_parameter()),
                                 fmt::format("{:.4f}", p.loss)};
    if (with_g) {
      row.push_back(fmt::format("{:.4g}", p.granularity));
      row.push_back(fmt::format("{:.1f} %", 100.0 * p.router_flops_share));
    }
    for (const api::VersusColumn& column : columns)
      row.push_back(multiplier_text(column.answers[i]));
    if (with_limits) row.push_back(limits_of(p));
    if (with_doubts) row.emplace_back(word_for(p));
    grid.add(row);
  }
  return grid.text();
}

std::string switches_of(const Frontier& curve) {
  if (curve.switches.empty()) return "";
  app::TextGrid grid;
  for (const GranularitySwitch& s : curve.switches) {
    grid.add({"G = " + format_number(s.granularity), "from",
              fmt::format("{:.5g} FLOPs", s.from_budget)});
  }
  return "\nThe best granularity changes:\n" + grid.text("  ");
}

std::string intervals_of(const PlanProblem& problem, const Frontier& curve) {
  const Draws& draws = problem.law.draws;
  if (draws.bootstrap.empty()) return "";
  const bool with_g =
      has_granularity(problem.law) && problem.search.search != GranularitySearch::kFixed;
  app::TextGrid grid;
  const bool with_new_runs = has_new_runs(problem.law);
  std::vector<std::string> head{"FLOPs", "N active", "D tokens", "loss, curve"};
  if (with_new_runs) head.emplace_back("loss, new run");
  if (with_g) head.emplace_back("G");
  grid.add(head);
  for (const Plan& p : curve.plans) {
    if (!p.draws) continue;
    std::vector<std::string> row{human_number(p.budget), human_interval(p.draws->n_active),
                                 human_interval(p.draws->d_tokens),
                                 human_interval(p.draws->loss, 4)};
    if (with_new_runs) row.push_back(human_interval(p.draws->new_run.interval, 4));
    if (with_g) {
      const std::string chosen = shares(*p.draws, ": ", ", ", [](double share) {
        return fmt::format("{:.1f} %", 100.0 * share);
      });
      row.push_back(chosen.empty() ? human_interval(p.draws->granularity, 1) : chosen);
    }
    grid.add(row);
  }
  return fmt::format("\n95 % of the curve{}, from {} refits to resampled runs ({}):\n",
                     with_new_runs ? " and of new runs" : "", draws.bootstrap.size(),
                     draws.jackknife.empty() ? "percentile" : "BCa") +
         grid.text() + stretches(curve.plans, [](const Plan& p) {
           return p.draws && p.draws->num_without_plan > 0
                      ? fmt::format("{} of {} refits have no plan and count nowhere above",
                                    p.draws->num_without_plan, p.draws->num_draws)
                      : "";
         });
}

}  // namespace

std::string frontier(const api::FrontierOutcome& outcome) {
  const PlanProblem& problem = outcome.problem;
  const Frontier& curve = outcome.curve;
  std::string out =
      head_of_law(outcome.request.planner.law.law, problem.law) +
      "FLOPs: " + describe_cost(cost_terms(problem)) + "\n\n" +
      undetermined_text(problem, curve.plans, outcome.request.doubt.accept_undetermined) +
      table(problem, curve, outcome.versus);
  if (!outcome.versus.empty()) {
    out += "\n" + versus_notes(problem, outcome.versus, curve.plans);
  }
  out += switches_of(curve) + intervals_of(problem, curve);
  const std::string notes = notes_on(problem, curve.plans);
  return notes.empty() ? out : out + "\n" + notes;
}

std::string frontier_csv(const api::FrontierOutcome& outcome) {
  const std::vector<Plan>& plans = outcome.curve.plans;
  using Column = std::pair<std::string, std::function<double(const Plan&)>>;
  std::vector<Column> numbers{
      {"n_total", [](const Plan& p) { return p.n_total; }},
      {"n_active", [](const Plan& p) { return p.n_active; }},
      {"n_law", [](const Plan& p) { return p.n_law; }},
      {"d_tokens", [](const Plan& p) { return p.d_tokens; }},
      {"tokens_per_active_parameter",
       [](const Plan& p) { return p.tokens_per_active_parameter(); }},
      {"granularity", [](const Plan& p) { return p.granularity; }},
      {"loss", [](const Plan& p) { return p.loss; }},
      {"d_model", [](const Plan& p) { return p.d_model; }},
      {"n_blocks", [](const Plan& p) { return p.n_blocks; }},
      {"router_flops_share", [](const Plan& p) { return p.router_flops_share; }}};
  const bool with_draws = !outcome.problem.law.draws.bootstrap.empty();
  if (with_draws) {
    for (const auto& [key, of] :
         {std::pair{"n_active", &PlanDraws::n_active}, std::pair{"d_tokens", &PlanDraws::d_tokens},
          std::pair{"loss", &PlanDraws::loss}}) {
      const auto member = of;
      numbers.emplace_back(std::string(key) + "_low", [member](const Plan& p) {
        return p.draws ? (*p.draws.*member).range.low : Plan::kNone;
      });
      numbers.emplace_back(std::string(key) + "_high", [member](const Plan& p) {
        return p.draws ? (*p.draws.*member).range.high : Plan::kNone;
      });
    }
  }
  std::string out = "budget_flops";
  for (const Column& column : numbers) out += "," + column.first;
  if (with_draws) out += ",granularity_frequency";
  for (const api::VersusColumn& column : outcome.versus)
    out += ",compute_multiplier_" + column.word;
  out += ",status\n";
  auto cell = [](double x) { return std::isfinite(x) ? "," + format_number(x) : ","; };
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const Plan& p = plans[i];
    out += format_number(p.budget);
    for (const Column& column : numbers) out += cell(column.second(p));
    if (with_draws) {
      out += ",";
      if (p.draws) out += shares(*p.draws, ":", " ", [](double x) { return format_number(x); });
    }
    for (const api::VersusColumn& column : outcome.versus)
      out += cell(column.answers[i].compute_multiplier);
    out += "," + std::string(word_for(p)) + "\n";
  }
  return out;
}

}  // namespace isoflop::text
