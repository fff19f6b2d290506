#include "api/planner_choice.hpp"

#include "api/changes_nothing.hpp"
#include "api/own_values.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/laws/law_facts.hpp"

namespace isoflop::api {

void list_law_and_cost(FieldVisitor& f, PlannerChoice& choice) {
  f.file("law", choice.law.law);
  list_fields(f, choice.accounting);
  f.text("n_means", choice.law.n_means);
  f.variable(info(Variable::kU), choice.u);
  f.variable(info(Variable::kS), choice.s);
  f.named_numbers("set", choice.set);
  f.number("router_cost", choice.router_cost, Numbers::kAny);
  f.number("active_cost", choice.active_cost, Numbers::kPositive);
  f.number("width_per_block", choice.width_per_block, Numbers::kPositive);
}

void list_but_expansion(FieldVisitor& f, PlannerChoice& choice) {
  list_law_and_cost(f, choice);
  f.number("max_granularity", choice.max_granularity, Numbers::kAny);
  list_fields(f, choice.limits);
  f.flag("accept_unconverged", choice.law.accept_unconverged);
}

void list_fields(FieldVisitor& f, PlannerChoice& choice) {
  list_but_expansion(f, choice);
  f.number("expansion", choice.law.expansion, Numbers::kAny);
}

void give_variables(PlanProblem& problem, const std::optional<double>& u,
                    const std::optional<double>& s, const NamedNumbers& set) {
  for (const auto& [variable, value] : {std::pair{Variable::kU, u}, std::pair{Variable::kS, s}}) {
    if (!value) continue;
    const std::string_view name = info(variable).key;
    if (!law_has_variable(problem.law, variable)) {
      throw InvalidArgument(
          name, field(name) + " is not a variable of the law " + problem.law.law.name());
    }
    problem.given[index_of(variable)] = *value;
  }
  set_own(facts_of(problem.law.law), set, problem.given);
}

void require_meant(const PlannerChoice& choice, const PlanProblem& problem,
                   const Context& context) {
  if (problem.accounting != FlopAccounting::kPaper) {
    ChangesNothing()
        .add(choice.router_cost != PlannerChoice{}.router_cost, "router_cost")
        .add(choice.active_cost != PlannerChoice{}.active_cost, "active_cost")
        .warn(context, "FLOPs are counted as 6ND here, not by " + field("cost") + " paper");
  }
  const std::optional<double>& g = choice.accounting.granularity;
  const bool says_most = choice.max_granularity != PlannerChoice{}.max_granularity;
  if (!has_granularity(problem.law)) {
    ChangesNothing()
        .add(says_most, "max_granularity")
        .warn(context, "the law " + problem.law.law.name() + " has no granularity");
  }
  if (g && says_most && *g > choice.max_granularity) {
    throw InvalidArgument("max_granularity", field("granularity") + " " + format_number(*g) +
                                                 " is above " + field("max_granularity") + " " +
                                                 format_number(choice.max_granularity));
  }
}

PlanProblem pose(const PlannerChoice& choice, const LawRecord& law, double embedding_rows) {
  PlanProblem out = pose(choice.accounting, law, embedding_rows);
  out.search.max_granularity = choice.max_granularity;
  if (out.search.max_granularity < 1.0) {
    throw InvalidArgument("max_granularity", field("max_granularity") + " must be at least 1");
  }
  out.router_cost = choice.router_cost;
  if (out.router_cost < 0.0) {
    throw InvalidArgument("router_cost", field("router_cost") + " must not be negative");
  }
  out.flops_per_active = choice.active_cost;
  if (choice.width_per_block) out.shape.width_per_block = *choice.width_per_block;
  give_variables(out, choice.u, choice.s, choice.set);
  limit(out, choice.limits);
  return out;
}

}  // namespace isoflop::api
