/// A prediction as a person reads it.
#pragma once

#include <string>

#include "isoflop/api/predict.hpp"

namespace isoflop::text {

std::string predict(const api::PredictOutcome& outcome);

}  // namespace isoflop::text
