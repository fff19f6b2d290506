/// How well laws forecast, for a person.
#pragma once

#include <string>

#include "isoflop/api/backtest.hpp"

namespace isoflop::text {

/// A table with a column for each law, who forecast best, and what is to be doubted.
std::string backtest(const api::BacktestOutcome& outcome);

}  // namespace isoflop::text
