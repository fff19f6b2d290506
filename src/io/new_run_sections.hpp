// The sections "scatter" and "calibration" of a law file: what intervals of new runs are made from.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "isoflop/laws/law_record.hpp"

namespace isoflop::detail {

/// The id of the row of this name; nothing where there is none.
template <class Info>
auto id_of(const Info& table, std::string_view name) {
  std::optional<std::decay_t<decltype(table[0].id)>> out;
  for (const auto& row : table) {
    if (row.name == name) out = row.id;
  }
  return out;
}

/// Reads what the file has of them. Throws DataError(origin, …), naming the field.
void read_new_run_sections(const nlohmann::ordered_json& json, const std::string& origin,
                           LawRecord& law);

void add_new_run_sections(const LawRecord& law, nlohmann::ordered_json& out);

}  // namespace isoflop::detail
