/// What something else needs for the loss of each plan of a list.
#pragma once

#include <string>
#include <vector>

#include "isoflop/plan/cost_terms.hpp"
#include "isoflop/plan/versus.hpp"

namespace isoflop::api {

struct VersusColumn {
  std::string word;             ///< as it was asked for: dense, coarse or a law
  std::string name;             ///< what that stands for
  CostTerms cost;               ///< how its FLOPs are counted
  std::vector<Versus> answers;  ///< [plans]
};

}  // namespace isoflop::api
