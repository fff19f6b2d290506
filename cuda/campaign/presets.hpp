// Sets of layers that a sweep runs, under names.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "cuda/campaign/sweep.hpp"

namespace isoflop::bench {

/// quick: one width, in two minutes. paper: the layers of the runs of Krajewski et al. 2024 (arXiv
/// 2402.07871: d_model 256 to 768, d_ff = 4 d_model, E = 64, no gate), balanced routing as expert
/// choice gives it. modern: SwiGLU at d_model 2048, and shapes of open models.
inline constexpr std::array<std::string_view, 3> kPresetNames{"quick", "paper", "modern"};

/// Minutes after which a sweep stops unless it is told otherwise.
double preset_minutes(std::string_view preset);

/// Runs by priority. backends: chosen_backends(); `batched` gets balanced routing, whatever the
/// others get. Precondition: preset is one of kPresetNames.
std::vector<PlannedRun> preset_runs(std::string_view preset,
                                    const std::vector<std::string>& backends, std::uint64_t seed);

}  // namespace isoflop::bench
