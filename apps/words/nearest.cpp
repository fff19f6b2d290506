#include "apps/words/nearest.hpp"

#include <cstddef>

#include "isoflop/core/word_edits.hpp"

namespace isoflop::app {
std::string nearest(std::string_view typed, const std::vector<std::string>& known) {
  std::string out;
  std::size_t least = std::string_view::npos, num_begun = 0;
  for (const std::string& word : known) {
    if (!word.starts_with(typed)) continue;
    ++num_begun;
    out = word;
  }
  constexpr std::size_t kLeastBegun = 3;  // "--" begins everything
  if (num_begun == 1 && typed.size() >= kLeastBegun) return out;
  out.clear();
  for (const std::string& word : known) {
    const std::size_t edits = num_word_edits(typed, word);
    if (edits >= least || edits * 3 > word.size()) continue;
    least = edits;
    out = word;
  }
  return out;
}

}  // namespace isoflop::app
