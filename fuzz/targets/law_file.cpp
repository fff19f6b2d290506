#include "isoflop/io/law_file.hpp"

#include "documents.hpp"
#include "isoflop/plan/plan_law.hpp"
#include "targets.hpp"

namespace isoflop::fuzz {

/// A law file, and plans from what it says.
void law_file(std::string_view input) {
  refused([&] {
    PlanProblem problem;
    problem.law = round_trip(input, law_from_json, law_to_json);
    for (const FlopAccounting accounting : {FlopAccounting::kSixNd, FlopAccounting::kPaper}) {
      problem.accounting = accounting;
      refused([&] {
        for (const Plan& plan : plan_law(problem, {1e18, 1e24})) {
          require(!plan.usable() || std::isfinite(plan.loss), "a plan has a loss");
        }
      });
    }
  });
}

}  // namespace isoflop::fuzz
