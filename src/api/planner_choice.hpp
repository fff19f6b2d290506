// What a planner is asked, settled: lists of its fields, and the problem that they pose.
#pragma once

#include "api/fields.hpp"
#include "isoflop/api/context.hpp"
#include "isoflop/api/planner_choice.hpp"

namespace isoflop::api {

/// For a law that is in one place of the request.
void list_fields(FieldVisitor& f, LawChoice& choice);
void list_fields(FieldVisitor& f, AccountingChoice& choice);
void list_fields(FieldVisitor& f, LimitsChoice& choice);
void list_fields(FieldVisitor& f, PlannerChoice& choice);
/// The law and how FLOPs are counted, without searches, limits and the law's expansion rate.
void list_law_and_cost(FieldVisitor& f, PlannerChoice& choice);
/// All but the law's expansion rate, for a verb that takes more than numbers there.
void list_but_expansion(FieldVisitor& f, PlannerChoice& choice);

/// A problem with this law, whose coefficients may still be missing. Throws InvalidArgument where
/// the choice contradicts the law or its conventions do not settle the cost.
PlanProblem pose(const AccountingChoice& choice, const LawRecord& law, double embedding_rows = 0.0);

/// The same with everything that a planner is asked. `law` is that of the choice, with its
/// conventions.
PlanProblem pose(const PlannerChoice& choice, const LawRecord& law, double embedding_rows = 0.0);

/// Of words that would change nothing: throws InvalidArgument where they contradict others, and
/// warns of those that a team may have set once for all of its laws.
void require_meant(const PlannerChoice& choice, const PlanProblem& problem, const Context& context);

/// Gives the problem the law's variables that a plan does not choose. Throws InvalidArgument for
/// one that the law has not.
void give_variables(PlanProblem& problem, const std::optional<double>& u,
                    const std::optional<double>& s, const NamedNumbers& set);

/// Puts the limits into a problem whose law and conventions are settled. Throws InvalidArgument
/// where the choice says too little or contradicts itself.
void limit(PlanProblem& problem, const LimitsChoice& choice);

}  // namespace isoflop::api
