// Planning of a sweep: which runs, in which order, how long they may take, and which of them a
// table already holds. No device is needed for any of it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cuda/device/moe_bench.hpp"
#include "isoflop/cost/roofline.hpp"

namespace isoflop::bench {

/// One configuration in one regime.
struct PlannedRun {
  Configuration configuration;
  TimingOptions timing;
  int tier = 0;  ///< what a sweep is about first has 0
};

/// Backends, the one that is expected to be fastest for this layer first: wgmma; lt-grouped; then
/// loop before grouped while the product of one expert is long beside the time that a node of a
/// graph takes, else grouped before loop; batched, the bound that the others are compared with,
/// last.
std::array<std::string_view, 5> backend_order(const MoeLayer& layer);

/// Place of a backend in that order, and among those that fuse other parts, the most parts first.
std::pair<std::size_t, std::size_t> backend_rank(std::string_view backend, const MoeLayer& layer);

/// By priority: sustained before burst; then the tier; then backend_rank; then G = 1, 8, 32, 2 and
/// the rest, so that a sweep cut short spans the range of G. Runs that are alike in all of these
/// are shuffled, so that no order of shapes coincides with a warming card.
void order_by_priority(std::vector<PlannedRun>& runs, std::uint64_t seed);

/// Seconds that one run is expected to take on a card with these rates: setup and check, then for
/// each timed figure the samples of a layer at a third of its roofline, within timing.max_seconds.
/// An estimate to plan by, nothing measured.
double planned_s(const PlannedRun& run, const RooflinePeaks& rates);

/// "d_model 2048, T 16384, E' 512, n 1024, K 8, swiglu, loop, multinomial, sustained"
std::string describe_run(const PlannedRun& run);

/// Whether the table holds this run: the row of its whole pass in a graph, which is written
/// together with all others of the run.
bool is_complete(const CostTable& table, const PlannedRun& run);

/// The words of a command line without the program's folder and without those that may differ when
/// a sweep is resumed: --resume and --time-limit.
std::vector<std::string> resumable_words(const std::vector<std::string>& command_line);

/// Throws DataError unless the table was measured on this device by this command line.
void require_resumable(const std::string& path, const CostTable& table,
                       const CostEnvironment& environment);

}  // namespace isoflop::bench
