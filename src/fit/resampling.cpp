#include "fit/resampling.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <utility>

namespace isoflop {

SamplingUnits sampling_units(const RunTable& runs) {
  std::vector<std::vector<std::size_t>> units;
  std::map<std::string, std::size_t> unit_of;
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    if (!runs.weight.empty() && runs.weight[i] == 0.0) continue;
    if (!runs.group.empty() && !runs.group[i].empty()) {
      const auto [place, is_new] = unit_of.try_emplace(runs.group[i], units.size());
      if (!is_new) {
        units[place->second].push_back(i);
        continue;
      }
    }
    units.push_back({i});
  }
  return units;
}

Random random_for(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return Random(z ^ (z >> 31));
}

std::size_t resample_size(std::size_t num_units, std::size_t num_free, double beyond_delta,
                          ResampleSize size) {
  const bool as_tried = num_units >= 8 * num_free && beyond_delta > 0.5;
  if (size == ResampleSize::kSame || !as_tried) return num_units;
  const auto n = static_cast<double>(num_units);
  const double share = 2.0 * static_cast<double>(num_free) / n;
  return static_cast<std::size_t>(std::lround(n / (1.0 - share)));
}

SamplingUnits jackknife_blocks(const std::vector<std::vector<std::size_t>>& units,
                               std::uint64_t seed) {
  constexpr std::size_t kMostSingly = 1000, kBlocks = 250;
  if (units.size() <= kMostSingly) return units;
  std::vector<std::size_t> order(units.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Random random(seed);
  for (std::size_t i = order.size() - 1; i > 0; --i) {
    std::swap(order[i], order[random.below(i + 1)]);
  }
  std::vector<std::vector<std::size_t>> blocks(kBlocks);
  for (std::size_t i = 0; i < order.size(); ++i) {
    auto& block = blocks[i % kBlocks];
    block.insert(block.end(), units[order[i]].begin(), units[order[i]].end());
  }
  return blocks;
}

}  // namespace isoflop
