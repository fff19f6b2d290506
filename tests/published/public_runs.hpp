/// The runs that several tests fit: public ones, which are skipped where they are absent, and the
/// grid of Krajewski, Ludziejewski et al. 2024 with simulated losses.
#pragma once

#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "isoflop/core/random.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/records.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/list.hpp"
#include "shipped_tables.hpp"
#include "skip.hpp"

namespace isoflop::testing {

/// Digitised from Hoffmann et al. 2022, Fig. 4, by Besiroglu et al. 2024, arXiv 2404.10102.
inline RunTable chinchilla_points(std::vector<Condition> where) {
  RecordOptions options;
  options.where = std::move(where);
  return read_records(isoflop_test::require_data("chinchilla_epoch245.csv"), options,
                      Chinchilla::kVariables)
      .runs;
}

/// Those 240 of them that Besiroglu et al. fit.
inline RunTable chinchilla_points_240() {
  return chinchilla_points({parse_condition("outlier=0")});
}

/// The granularity cells of the OLMoE ladder (AI2, 2026, unpublished work in progress): best
/// learning rate of each cell at expansion 12.
inline Records olmoe_cells() {
  RecordOptions options;
  options.columns = {{"n", "n_active_noembed_nohead"},
                     {"d", "tokens"},
                     {"g", "granularity"},
                     {"loss", "train_ce"}};
  options.where = {parse_condition("expansion=12")};
  options.best_of = {"model", "Cx", "num_experts", "top_k", "moe_hidden"};
  return read_records(isoflop_test::require_data("olmoe_granularity_183.csv"), options,
                      FineGrainedMoe::kVariables);
}

/// The simulated runs that ship: 0.5 % noise, seed 1.
inline RunTable shipped_simulated_runs() {
  RecordOptions options;
  options.columns = {{"loss", "loss_simulated"}};
  return read_records(shipped_file("krajewski2024_grid_simulated.csv"), options,
                      FineGrainedMoe::kVariables)
      .runs;
}

/// The same grid with losses L exp(noise z), z standard normal from `seed`, made as simulate_grid
/// makes them.
inline RunTable simulated_runs(std::uint64_t seed, double noise = 0.005) {
  RunTable runs = krajewski_grid();
  const LawRecord law = find_law("krajewski2024-e64");
  Random random(seed);
  for (std::size_t i = 0; i < runs.column(Variable::kN).size(); ++i) {
    const std::array x{runs.column(Variable::kN)[i], runs.column(Variable::kD)[i],
                       runs.column(Variable::kG)[i]};
    runs.loss.push_back(loss(FineGrainedMoe{}, law.coefficients, x) *
                        std::exp(noise * random.normal()));
  }
  return runs;
}

}  // namespace isoflop::testing
