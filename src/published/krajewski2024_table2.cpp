// Table 2 of Krajewski, Ludziejewski et al. 2024: compute-optimal MoE at E = 64, from the law with
// four decimals. The rows are those of data/published/krajewski2024_table2.csv.
#include <fmt/format.h>

#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/plan/plan_law.hpp"
#include "isoflop/published/recipe.hpp"
#include "published/tables.hpp"

namespace isoflop {
namespace krajewski2024_table2_derived {

std::vector<DerivedNumber> derive(const ReproductionInput&) {
  const PublishedTable table = krajewski2024_table2_rows();
  const std::vector<double> budgets = table.column("flops");
  const std::vector<double> n_active = table.column("n_active"), d = table.column("D");
  const std::vector<double> g = table.column("G"), loss = table.column("loss");
  PlanProblem request;
  request.law = find_law("krajewski2024-e64");
  request.accounting = FlopAccounting::kPaper;
  const std::vector<Plan> plans = plan_law(request, budgets);
  std::vector<DerivedNumber> out;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const std::string budget = fmt::format(" at {}", human_number(budgets[i]));
    const std::string digits = "budgets have three digits, coefficients four decimals";
    out.push_back({"N active" + budget, n_active[i], plans[i].n_active, 0.015, true, digits});
    out.push_back({"D" + budget, d[i], plans[i].d_tokens, 0.015, true, digits});
    out.push_back(
        {"G" + budget, g[i], plans[i].granularity, 0.0, false, "a power of two, found as such"});
    out.push_back({"loss" + budget, loss[i], plans[i].loss, 0.003, false, digits});
  }
  return out;
}

}  // namespace krajewski2024_table2_derived

Recipe krajewski2024_table2() {
  return {"krajewski2024-table2",
          "compute-optimal N, D, G and loss at seven budgets, from the law krajewski2024-e64",
          "Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871, Table 2",
          "The three digits of the paper's Table 1 (krajewski2024-e64-table1) miss these losses by "
          "0.011 to 0.023 nats.",
          std::nullopt,
          krajewski2024_table2_derived::derive};
}

}  // namespace isoflop
