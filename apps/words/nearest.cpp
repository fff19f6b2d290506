#include "apps/words/nearest.hpp"

#include <algorithm>
#include <cstddef>

namespace isoflop::app {
namespace {

/// Letters to add, drop, change or swap with the next one, each counted once (optimal string
/// alignment).
std::size_t num_edits(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> edits(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        edits[i][j] = i + j;
        continue;
      }
      const std::size_t changed = edits[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      edits[i][j] = std::min({edits[i - 1][j] + 1, edits[i][j - 1] + 1, changed});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) edits[i][j] = std::min(edits[i][j], edits[i - 2][j - 2] + 1);
    }
  }
  return edits[a.size()][b.size()];
}

}  // namespace

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
    const std::size_t edits = num_edits(typed, word);
    if (edits >= least || edits * 3 > word.size()) continue;
    least = edits;
    out = word;
  }
  return out;
}

}  // namespace isoflop::app
