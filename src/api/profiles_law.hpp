// The power laws of profiles as a law that plans and predicts.
#pragma once

#include <string>
#include <vector>

#include "api/sweep_runs.hpp"
#include "isoflop/laws/law_record.hpp"
#include "isoflop/sweep/profiles.hpp"

namespace isoflop::api {

/// L(N, D) = A/N^alpha + B/D^beta: of laws of this form the one whose optimum under 6 N_active D is
/// N* = n C^a, D* = C / (6 N_active*) and L* = l C^-e as the profiles have them,
///   alpha = e / a,  beta = e / (1 - a),  A/N*^alpha = a L*,  B/D*^beta = (1 - a) L*.
/// On the optimum it is the power laws, at every budget; off it, it is the form alone, and flatter
/// than the profiles. Throws InvalidArgument, with the reason, where there is no such law.
LawRecord law_of_profiles(const ProfilesReport& report, const SweepTable& table,
                          const RunConventions& conventions, const std::string& cost);

}  // namespace isoflop::api
