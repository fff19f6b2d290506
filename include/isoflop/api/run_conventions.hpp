/// What the numbers of a table of runs count.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace isoflop::api {

struct RunConventions {
  std::string n_means;              ///< a name of kNMeanings; empty: nobody said
  std::optional<double> expansion;  ///< E of the runs; 1 is dense
};

/// The same by counts of experts, from which E follows.
struct ExpertCounts {
  std::optional<double> k0;                   ///< experts per token before splitting
  std::optional<std::uint64_t> num_experts;   ///< E' = E G
  std::optional<std::uint64_t> top_k;         ///< K = k0 G
  std::optional<std::uint64_t> expert_width;  ///< refused: it says nothing where d_ff is open

  bool any_given() const { return k0 || num_experts || top_k || expert_width; }
};

}  // namespace isoflop::api
