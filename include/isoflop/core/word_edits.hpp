/// How far a word is from another one that may have been meant.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

namespace isoflop {

/// Letters to add, drop, change or swap with the next one, each counted once (optimal string
/// alignment), to make `b` of `a`. Case counts.
inline std::size_t num_word_edits(std::string_view a, std::string_view b) {
  if (a.size() < b.size()) std::swap(a, b);  // rows of the shorter one
  // Edits between the first i letters of `a` and the first j of `b`: [j], for the last three i.
  std::vector<std::size_t> edits(b.size() + 1);
  std::iota(edits.begin(), edits.end(), std::size_t{0});
  std::vector<std::size_t> before_last = edits, last = edits;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(edits);
    edits[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      edits[j] = std::min({last[j] + 1, edits[j - 1] + 1, changed});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) edits[j] = std::min(edits[j], before_last[j - 2] + 1);
    }
  }
  return edits.back();
}

}  // namespace isoflop
