/// Cost tables as JSON, isoflop.cost/1 (docs/reference/formats.md). In isoflop_cost.
#pragma once

#include <string>
#include <string_view>

#include "isoflop/cost/cost_table.hpp"
#include "isoflop/cost/measured_table.hpp"
#include "isoflop/cost/roofline.hpp"

namespace isoflop {

inline constexpr std::string_view kCostFormat = "isoflop.cost/1";

/// With a line end, one line per row. Reading and writing again gives the same bytes.
std::string cost_table_to_text(const MeasuredTable& table);
std::string cost_table_to_text(const RooflineTable& table);

/// Of a file, or a table that ships by its name in data/costs ("h200-modern") where there is no
/// file of that name. Throws DataError with the path and, for a fault in a row, its number counted
/// from 1: not JSON, cut short, another format, a field that is missing or of the wrong kind, an
/// unknown word, or what head_fault and row_fault find.
CostTable read_cost_table(const std::string& path);
/// The same for a text; `origin` stands for the path in errors.
CostTable cost_table_from_text(std::string_view text, const std::string& origin);

}  // namespace isoflop
