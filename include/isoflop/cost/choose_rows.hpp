/// Which rows of a cost table a question is about.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/cost/cost_table.hpp"

namespace isoflop {

inline constexpr std::string_view kBestBackend = "best";

struct CostChoice {
  std::string backend{kBestBackend};  ///< a backend's name, or the fastest dropless one
  Regime regime = Regime::kSustained;
  std::string routing{};  ///< "": the only one there is, or "multinomial" where there are several
  /// A CUDA graph, or launched kernel by kernel; unless said, what was captured goes before.
  std::optional<bool> graph{};
  double capacity_factor = 0.0;
};

/// Whether every routed row was computed whatever the routing: the batched backend computes as many
/// for each expert, and so bounds the others from below instead of competing with them.
inline bool is_dropless(const CostRow& row) {
  return row.backend != "batched" && row.stats.dropped_rows == 0;
}

/// Rows of every layer, pass and stage that fit the choice, one routing, for kBestBackend of all
/// dropless backends. Throws InvalidArgument where there is none, and where several routings fit
/// and none is multinomial, with the names there are.
std::vector<CostRow> choose_rows(const CostTable& table, const CostChoice& choice);

/// The weakest check that stands behind one of the rows; kNone of no rows.
Check weakest_check(const std::vector<CostRow>& rows);

/// Backends in `rows`, in alphabetical order.
std::vector<std::string> backends_in(const std::vector<CostRow>& rows);

}  // namespace isoflop
