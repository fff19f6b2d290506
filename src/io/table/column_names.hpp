/// What the columns of a table are called by those who write one, and the units that a name
/// carries. docs/reference/tables.md lists both. Private to src/io.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/io/text_table.hpp"

namespace isoflop {

/// A name without the unit that it carries: {"N", 1e6} of "N (M)", "N [M]", "N/1e6", "N_millions".
struct UnitName {
  std::string name;
  double scale = 1.0;
};
UnitName unit_name(std::string_view header);

/// The keys of what a column of this name holds: those of kVariables, "loss", "perplexity",
/// "tokens_per_param", "run", "state". A name in a path counts by its last parts (config.n_params,
/// train/loss).
std::vector<std::string> quantities_named(std::string_view header);

/// The columns whose names say that they hold `quantity`.
std::vector<std::size_t> columns_named(const TextTable& table, std::string_view quantity);

/// Whether a column may be offered for `quantity`: its name holds one of the words for it and none
/// for something else.
bool may_hold(std::string_view header, std::string_view quantity);

}  // namespace isoflop
