// Whether some rows make more sense read another way: a count in thousands, N and D exchanged, a
// perplexity. Asked of the losses, because values alone cannot tell a mistake from a wide sweep.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "fit/inspect/cheap_law.hpp"

namespace isoflop::detail {

/// Changes a reading to the other one.
using OtherReading = std::function<Reading(const Reading&)>;

struct TwoReadings {
  std::vector<bool> other;      ///< [runs] whether the run is smoother read the other way
  double scatter_before = 0.0;  ///< relative, root mean square, of all as they stand
  double scatter_after = 0.0;
  CheapLaw law;  ///< of the runs as divided
};

/// Scatter of the runs about a cheap law; nothing where they are too few for one.
std::optional<double> scatter_of(std::span<const Reading> runs,
                                 std::span<const Variable> variables);

/// Looks for the division of the runs into two readings that leaves the least scatter, beginning
/// from each of `guesses` and from no run read otherwise. Nothing where the runs are too few.
std::optional<TwoReadings> divide(std::span<const Reading> runs,
                                  std::span<const Variable> variables, const OtherReading& other,
                                  const std::vector<std::vector<bool>>& guesses);

/// Divisions of `values` at their widest gaps, `most` of them, no gap below a factor of two.
std::vector<std::vector<bool>> split_at_gaps(std::span<const double> log_values, std::size_t most);

}  // namespace isoflop::detail
