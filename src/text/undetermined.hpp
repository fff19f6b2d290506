// What is said before the numbers of plans that are undetermined, and how far plans lie beyond the
// runs.
#pragma once

#include <string>
#include <vector>

#include "isoflop/laws/law_facts.hpp"
#include "isoflop/plan/plan_problem.hpp"

namespace isoflop::text {

/// One line per undetermined plan, of many one line for all, and what settles it; empty where every
/// plan is determined. `accepted`: such plans are taken all the same.
std::string undetermined_text(const PlanProblem& problem, const std::vector<Plan>& plans,
                              bool accepted);

/// One line on the compute of plans beyond that of the runs behind their law; empty where no plan
/// is known to lie there.
std::string beyond_runs_text(const PlanProblem& problem, const std::vector<Plan>& plans);

/// What of a plan lies beyond the runs behind its law, "N, D/N"; empty where nothing does.
std::string outside_of(const LawFacts& law, const Plan& plan);

}  // namespace isoflop::text
