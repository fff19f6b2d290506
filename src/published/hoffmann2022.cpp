// What follows from the un-rounded coefficients of Hoffmann et al. 2022, Approach 3.
#include <fmt/format.h>

#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/plan/plan_law.hpp"
#include "isoflop/published/recipe.hpp"

namespace isoflop {
namespace hoffmann2022_derived {

double optimal_n(const LawRecord& law, double flops) {
  PlanProblem request;
  request.law = law;
  return plan_law(request, {flops}).at(0).n_law;
}

std::vector<DerivedNumber> derive(const ReproductionInput&) {
  const LawRecord printed = find_law("hoffmann2022"),
                  unrounded = find_law("hoffmann2022-unrounded");
  // Half a unit of the last printed digit: E, alpha and beta have two decimals, A and B one.
  const std::vector<double> half_unit{0.005, 0.05, 0.005, 0.05, 0.005};
  std::vector<DerivedNumber> out;
  const LawFacts law = facts_of(printed.law);
  for (std::size_t p = 0; p < half_unit.size(); ++p) {
    out.push_back({std::string(law.coefficients[p].name), printed.coefficients[p],
                   unrounded.coefficients[p], half_unit[p], false,
                   "half a unit of the last printed digit"});
  }
  constexpr double kGopherFlops = 5.76e23;
  const double shift = optimal_n(printed, kGopherFlops) / optimal_n(unrounded, kGopherFlops) - 1.0;
  out.push_back({"change of the optimal N at 5.76e23 FLOPs by rounding", -0.20, shift, 0.005, false,
                 "known to whole per cent"});
  return out;
}

}  // namespace hoffmann2022_derived

Recipe hoffmann2022() {
  return {
      "hoffmann2022",
      "the printed coefficients of Approach 3 from the un-rounded ones, and what rounding costs",
      "Hoffmann et al. 2022, arXiv 2203.15556, Approach 3",
      "The runs were not published; besiroglu2024 fits points digitised from them. The change "
      "of the optimal N was not printed by the authors: it was computed from both sets by an "
      "independent program.",
      std::nullopt,
      hoffmann2022_derived::derive};
}

}  // namespace isoflop
