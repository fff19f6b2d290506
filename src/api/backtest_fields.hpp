// The fields of the request of a backtest.
#pragma once

#include "api/fields.hpp"
#include "isoflop/api/backtest.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, BacktestRequest& request);

}  // namespace isoflop::api
