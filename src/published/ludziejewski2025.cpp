// The compute-optimal mixtures of experts of Ludziejewski et al. 2025 at 1e20 FLOPs.
#include <fmt/format.h>

#include <array>

#include "isoflop/io/law_file.hpp"
#include "isoflop/plan/plan_law.hpp"
#include "isoflop/published/recipe.hpp"

namespace isoflop {
namespace ludziejewski2025_derived {

struct Optimum {
  double expansion, n_active, d_tokens;
};
constexpr std::array<Optimum, 6> kPrinted{{{1, 1.7e9, 9.7e9},
                                           {2, 1.5e9, 11.4e9},
                                           {4, 1.2e9, 13.9e9},
                                           {8, 990e6, 17e9},
                                           {16, 810e6, 20.7e9},
                                           {32, 669e6, 24.9e9}}};

std::vector<DerivedNumber> derive(const ReproductionInput&) {
  std::vector<DerivedNumber> out;
  for (const Optimum& printed : kPrinted) {
    PlanProblem request;
    request.law = find_law("ludziejewski2025");
    request.law.expansion = printed.expansion;
    request.shape = request.law.family.value_or(ModelShapeRule{});
    const Plan plan = plan_law(request, {1e20}).at(0);
    const std::string at = fmt::format(" at E = {}", printed.expansion);
    const std::string digits = "printed to two or three digits, from coefficients of four";
    out.push_back({"N active" + at, printed.n_active, plan.n_active, 0.025, true, digits});
    out.push_back({"D" + at, printed.d_tokens, plan.d_tokens, 0.025, true, digits});
  }
  return out;
}

}  // namespace ludziejewski2025_derived

Recipe ludziejewski2025() {
  return {"ludziejewski2025",
          "compute-optimal active parameters and tokens at 1e20 FLOPs for six numbers of experts",
          "Ludziejewski et al. 2025, Joint MoE Scaling Laws, arXiv 2502.05172",
          "",
          std::nullopt,
          ludziejewski2025_derived::derive};
}

}  // namespace isoflop
