// What to do about a minimum on a bound that means nothing. The boxes of the laws that ship are
// wide enough for every published law and narrow enough to search quickly; a fit that ends on one
// of their walls has found the wall.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fit/free_space.hpp"
#include "fit/multi_start.hpp"
#include "isoflop/fit/objective.hpp"

namespace isoflop {

struct Widened {
  FreeSpace space;                                 ///< of the widest box
  std::optional<std::vector<FoundMinimum>> found;  ///< its minima, where the best is inside it
  std::vector<std::string> still_bound;  ///< else why the best is no minimum; may be empty
};

/// Takes the minima `found` in `space`, best first, on in the widest box where the best of them
/// lies on a bound that means nothing. Nothing comes of it where no such bound holds the best, or
/// nothing lower lies beyond; the bounds that a person gave are not touched.
Widened widen(const LawFacts& law, const FitOptions& options, const Objective& objective,
              const FreeSpace& space, const std::vector<FoundMinimum>& found);

}  // namespace isoflop
