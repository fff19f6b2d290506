/// What the size of the losses says of their unit.
#pragma once

#include <optional>
#include <string_view>

#include "isoflop/core/run_table.hpp"
#include "isoflop/fit/inspect_runs.hpp"

namespace isoflop {

/// A note where nobody named the unit (`unit` is empty; laws/loss_unit.hpp) and every loss lies
/// below 1: next to no text is predicted so well in nats per token, while bits per character and
/// bits per byte of good models lie there. Runs of weight zero do not count.
std::optional<Finding> doubtful_unit(const RunTable& runs, std::string_view unit);

}  // namespace isoflop
