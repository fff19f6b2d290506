#include <cstdio>
#include <isoflop/api/fit.hpp>
#include <isoflop/api/plan.hpp>

int main(int, char** argv) {
  using namespace isoflop;
  api::FitRequest fit;
  fit.law = "fine-grained-moe";
  fit.runs.file = argv[1];
  fit.runs.column_map = {{"loss", "loss_simulated"}};
  fit.bootstrap = 0;
  const api::FitOutcome fitted = api::fit(fit);
  std::printf("%s, alpha = %.4f\n", to_string(fitted.report.verdict), fitted.law.coefficients[1]);

  api::PlanRequest plan;
  plan.planner.law.law = "krajewski2024-e64";
  plan.budget.flops = {1e21};
  const Plan best = api::plan(plan).answers[0].plan;
  std::printf("N active %.4g, D %.4g, G %g\n", best.n_active, best.d_tokens, best.granularity);
}
