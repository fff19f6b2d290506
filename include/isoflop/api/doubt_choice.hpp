/// When a plan counts as undetermined, and whether it is taken all the same.
#pragma once

#include <optional>

namespace isoflop::api {

struct DoubtChoice {
  bool accept_undetermined = false;  ///< an undetermined plan is a usable answer
  /// Of DoubtThresholds (plan/plan_doubts.hpp), whose defaults hold where nothing is said.
  std::optional<double> max_n_span;        ///< a factor above 1
  std::optional<double> max_regret;        ///< share of the budget
  std::optional<double> max_without_plan;  ///< share of the refits
};

}  // namespace isoflop::api
