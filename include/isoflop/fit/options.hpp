/// What a caller may choose about a fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isoflop/core/random.hpp"

namespace isoflop {

/// What is made small: the difference of log losses, or of losses in nats.
enum class Residual { kLog, kRaw };

struct FitOptions {
  double huber_delta = 1e-3;  ///< > 0; infinity is least squares. Hoffmann et al. 2022, Approach 3
  Residual residual = Residual::kLog;
  std::map<std::string, double> fixed;                    ///< coefficient = value, not fitted
  std::vector<std::pair<std::string, std::string>> tied;  ///< both take one value
  std::optional<std::size_t> num_starts;  ///< a seeded sample of this size instead of the default
  std::uint64_t seed = kDefaultSeed;      ///< of the sample of starts
  bool finish_all_starts = false;         ///< abandon none; see docs/explain/fitting.md
  std::vector<std::vector<double>> first_starts;  ///< coefficients [P] to begin from as well
  bool profile = true;        ///< compute profile intervals, and so which coefficients are weak
  double start_spread = 1.0;  ///< width of the box of starts, relative to the law's
  unsigned num_threads = 0;   ///< 0: one per core; the result does not depend on it
  /// Called now and then, from one thread at a time, with (starts done, starts in all).
  std::function<void(std::size_t, std::size_t)> progress;
  /// The same with the ends of profile intervals.
  std::function<void(std::size_t, std::size_t)> profile_progress;
  /// Asked now and then, from any thread; true ends the call with Cancelled.
  std::function<bool()> cancelled;
};

}  // namespace isoflop
