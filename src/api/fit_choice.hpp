// How a request wants a law to be fitted, settled.
#pragma once

#include <cstddef>

#include "api/fields.hpp"
#include "isoflop/api/context.hpp"
#include "isoflop/api/fit_choice.hpp"
#include "isoflop/fit/backtest.hpp"
#include "isoflop/fit/options.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, FitChoice& choice);

/// Without progress. Throws InvalidArgument for more starts or threads than anybody can mean.
FitOptions fit_options(const FitChoice& choice, const Context& context);

/// Draws of a refit to the runs that a hold-out leaves: its bootstrap, without the jackknife.
/// Quiet: its resamples are no progress.
DrawCoefficients draws_by_bootstrap(std::size_t resamples, bool quiet);

}  // namespace isoflop::api
