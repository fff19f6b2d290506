/// What the numbers of a table of runs count.
#pragma once

#include <string>

#include "isoflop/shape/experts.hpp"

namespace isoflop::api {

struct RunConventions {
  std::string n_means;  ///< a name of kNMeanings; empty: nobody said
  /// E of the runs, 1 for dense models, or what it follows from: k0 and counts. The runs bring
  /// their own G.
  ExpertWords experts;
};

}  // namespace isoflop::api
