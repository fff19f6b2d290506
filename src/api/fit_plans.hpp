// What the plans of a fit say of the fit.
#pragma once

#include "isoflop/api/fit.hpp"

namespace isoflop::api {

/// Fills minima_plans, and lowers the answer to the second question where the runs leave the plan
/// open that people fit laws for: a second minimum that they do not contradict plans another model,
/// or the draws lose much of ten times the largest budget by the plan of the fit. For laws that
/// plan from a budget alone.
void add_plans(FitOutcome& outcome);

}  // namespace isoflop::api
