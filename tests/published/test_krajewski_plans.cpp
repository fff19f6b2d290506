// What Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871, conclude from their law.
#include <cmath>

#include "catch.hpp"
#include "isoflop/core/root.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/list.hpp"
#include "isoflop/plan/plan_law.hpp"
#include "shipped_tables.hpp"
#include "within.hpp"

namespace isoflop::testing::krajewski_plans_test {
namespace {

PlanProblem request_for(const std::string& law) {
  PlanProblem request;
  request.law = find_law(law);
  request.accounting = FlopAccounting::kPaper;
  return request;
}

Plan plan_at(const PlanProblem& request, double flops) { return plan_law(request, {flops}).at(0); }

/// Table 2 of the paper: compute-optimal MoE at E = 64.
struct Table2 {
  TextTable table = read_text_table(shipped_file("krajewski2024_table2.csv"));
  std::vector<double> n_active = column_of(table, "n_active");
  std::vector<double> d = column_of(table, "D");
  std::vector<double> g = column_of(table, "G");
  std::vector<double> flops = column_of(table, "flops");
  std::vector<double> loss = column_of(table, "loss");
};

TEST_CASE("krajewski2024_table2.csv: it holds the rows of Table 2", "[published][published]") {
  const Table2 table;
  CHECK(table.n_active == std::vector<double>{1e8, 1e9, 3e9, 7e9, 70e9, 300e9, 1e12});
  CHECK(table.d ==
        std::vector<double>{4.37e9, 28.94e9, 72.90e9, 137.60e9, 941.07e9, 2.96e12, 7.94e12});
  CHECK(table.g == std::vector<double>{8, 16, 16, 32, 32, 64, 64});
  CHECK(table.flops ==
        std::vector<double>{2.95e18, 1.93e20, 1.41e21, 6.46e21, 4.16e23, 5.69e24, 4.97e25});
  CHECK(table.loss == std::vector<double>{3.133, 2.491, 2.245, 2.076, 1.694, 1.503, 1.367});
}

TEST_CASE("plan_law: krajewski2024-e64 gives Table 2 of its paper", "[published][published]") {
  const Table2 table;
  const auto plans = plan_law(request_for("krajewski2024-e64"), table.flops);
  REQUIRE(plans.size() == 7);
  for (std::size_t i = 0; i < plans.size(); ++i) {
    CAPTURE(table.flops[i]);
    CHECK(plans[i].status == PlanStatus::kOptimal);
    // The budgets are printed to three digits and the coefficients behind the table to more than
    // the four decimals of the law: 1 % of a size, 0.003 nats.
    CHECK(plans[i].granularity == Approx(table.g[i]).epsilon(1e-12));
    CHECK(plans[i].n_active == Approx(table.n_active[i]).epsilon(0.015));
    CHECK(plans[i].d_tokens == Approx(table.d[i]).epsilon(0.015));
    CHECK(plans[i].loss == within(table.loss[i], 0.003));
  }
}

TEST_CASE("plan_law: D and G of Table 2 lie inside the intervals of Table 6",
          "[published][published]") {
  // 10 to 90 % of the authors' bootstrap; the runs behind it were never published.
  const Table2 table;
  const auto d_low = column_of(table.table, "D_low"), d_high = column_of(table.table, "D_high");
  const auto g_low = column_of(table.table, "G_low"), g_high = column_of(table.table, "G_high");
  const auto plans = plan_law(request_for("krajewski2024-e64"), table.flops);
  REQUIRE(plans.size() == 7);
  for (std::size_t i = 0; i < plans.size(); ++i) {
    CAPTURE(table.flops[i], plans[i].d_tokens, plans[i].granularity);
    CHECK(plans[i].d_tokens > d_low[i]);
    CHECK(plans[i].d_tokens < d_high[i]);
    CHECK(plans[i].granularity >= g_low[i]);
    CHECK(plans[i].granularity <= g_high[i]);
  }
}

TEST_CASE("krajewski2024-e64-table1: three digits miss the losses of Table 2",
          "[published][published]") {
  const Table2 table;
  const LawRecord law = find_law("krajewski2024-e64-table1");
  for (std::size_t i = 0; i < table.loss.size(); ++i) {
    CAPTURE(table.flops[i]);
    const std::array x{43.0 * table.n_active[i], table.d[i], table.g[i]};
    // The preset's note: by 0.011 to 0.023 nats; rounded like the table, to 0.001.
    const double miss = table.loss[i] - loss(FineGrainedMoe{}, law.coefficients, x);
    CHECK(miss > 0.0105);
    CHECK(miss < 0.0235);
  }
}

TEST_CASE("plan_law: finer experts win from these budgets on", "[published][published]") {
  const PlanProblem request = request_for("krajewski2024-e64");
  struct Change {
    double flops, coarser, finer;
  };
  // Computed from the published coefficients by an independent program, to three digits.
  for (const Change& at : {Change{1.21e16, 4, 8}, Change{6.24e18, 8, 16}, Change{2.84e21, 16, 32},
                           Change{1.19e24, 32, 64}, Change{4.72e26, 64, 128}}) {
    CAPTURE(at.flops);
    CHECK(plan_at(request, 0.99 * at.flops).granularity == Approx(at.coarser));
    CHECK(plan_at(request, 1.01 * at.flops).granularity == Approx(at.finer));
  }
}

/// FLOPs with which the dense law reaches the loss of the plan, over those of the plan.
double dense_flops_per_moe_flops(const std::string& moe_law, double flops) {
  const PlanProblem dense = request_for("krajewski2024-dense");
  const double target = std::log(plan_at(request_for(moe_law), flops).loss);
  const auto excess = [&](double log_flops) {
    return std::log(plan_at(dense, std::exp(log_flops)).loss) - target;
  };
  return std::exp(bracketed_root(excess, std::log(flops), std::log(flops) + 8.0)) / flops;
}

TEST_CASE("plan_law: the lead of MoE over dense is what the printed digits give",
          "[published][published]") {
  // The paper claims 20 times at 1e20 and above 40 times at 1e25. Its printed coefficients give
  // these figures instead (computed from them by an independent program, to two decimals).
  CHECK(dense_flops_per_moe_flops("krajewski2024-e64-table1", 1e20) == within(21.28, 0.005));
  CHECK(dense_flops_per_moe_flops("krajewski2024-e64-table1", 1e25) == within(32.01, 0.005));
  CHECK(dense_flops_per_moe_flops("krajewski2024-e64", 1e20) == within(18.01, 0.005));
  CHECK(dense_flops_per_moe_flops("krajewski2024-e64", 1e25) == within(25.53, 0.005));
}

TEST_CASE("plan_law: dearer routing makes for coarser experts", "[published][published]") {
  // The paper gives 6 to 20 as the range of c_r; the continuous optimum of G falls roughly as
  // c_r^-0.6.
  PlanProblem request = request_for("krajewski2024-e64");
  request.search.search = GranularitySearch::kContinuous;
  request.router_cost = 6.0;
  const double cheap = plan_at(request, 1e21).granularity;
  request.router_cost = 20.0;
  const double dear = plan_at(request, 1e21).granularity;
  CHECK(std::log(dear / cheap) / std::log(20.0 / 6.0) == within(-0.6, 0.05));
}

TEST_CASE("plan_law: rounding the exponents of Hoffmann et al. moves N by a fifth",
          "[published][published]") {
  // At the budget of Chinchilla, 5.76e23 FLOPs. Computed from both sets of coefficients by an
  // independent program: 20 %.
  const auto optimal_n = [](const std::string& law) {
    PlanProblem request;
    request.law = find_law(law);
    return plan_at(request, 5.76e23).n_law;
  };
  CHECK(optimal_n("hoffmann2022") / optimal_n("hoffmann2022-unrounded") - 1.0 ==
        within(-0.20, 0.005));
}

}  // namespace
}  // namespace isoflop::testing::krajewski_plans_test
