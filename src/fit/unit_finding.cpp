#include "isoflop/fit/unit_finding.hpp"

#include <algorithm>
#include <limits>

#include "fit/inspect_parts.hpp"
#include "isoflop/error.hpp"

namespace isoflop {

std::optional<Finding> doubtful_unit(const RunTable& runs, std::string_view unit) {
  constexpr double kLowest = 1.0;  // nats per token
  if (!unit.empty()) return std::nullopt;
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    if (!runs.weight.empty() && !(runs.weight[i] > 0.0)) continue;
    low = std::min(low, runs.loss[i]);
    high = std::max(high, runs.loss[i]);
  }
  if (!(high < kLowest)) return std::nullopt;
  return Finding{FindingSeverity::kNote,
                 {},
                 {},
                 "every loss lies below 1 (" + detail::short_text(low) + " to " +
                     detail::short_text(high) +
                     "): little for nats per token, usual for bits per character or per byte",
                 "Say the unit with " + field("loss_unit")};
}

}  // namespace isoflop
