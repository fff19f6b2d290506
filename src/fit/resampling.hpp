// What a resample of runs draws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "isoflop/core/random.hpp"
#include "isoflop/core/run_table.hpp"
#include "isoflop/fit/bootstrap.hpp"

namespace isoflop {

/// Rows that are drawn together.
using SamplingUnits = std::vector<std::vector<std::size_t>>;

/// The rows of each group, in the order of their first row. A run without a group is a group of its
/// own; a run of weight zero is as good as none.
SamplingUnits sampling_units(const RunTable& runs);

/// A generator for each resample, so that they can be drawn in any order. The mixing is that of
/// SplitMix64 (Steele, Lea, Flood 2014).
Random random_for(std::uint64_t seed, std::uint64_t index);

/// Units to draw for one resample; see ResampleSize. `beyond_delta` is the share of the residuals
/// that are beyond the Huber delta.
std::size_t resample_size(std::size_t num_units, std::size_t num_free, double beyond_delta,
                          ResampleSize size);

/// Each unit left out once; where there are many, each of 250 blocks of units.
SamplingUnits jackknife_blocks(const SamplingUnits& units, std::uint64_t seed);

}  // namespace isoflop
