// What somebody may have meant by a word that is none of those there are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace isoflop::app {

/// The known word that is nearest to the typed one: the only one that it begins, else the one with
/// the fewest letters to add, drop, change or swap, of at most a third of its own; "" where none is
/// as near.
std::string nearest(std::string_view typed, const std::vector<std::string>& known);

}  // namespace isoflop::app
