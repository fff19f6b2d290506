/// JSON as the text that is printed and kept in files.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace isoflop {

/// Indented, with a line end; a list that holds numbers only stands on one line. Bytes that are not
/// UTF-8 (in a path, say) become replacement marks.
std::string json_text(const nlohmann::ordered_json& json);

}  // namespace isoflop
