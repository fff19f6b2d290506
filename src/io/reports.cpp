#include "isoflop/io/reports.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "isoflop/cost/training_time.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop {
namespace {

using Json = nlohmann::ordered_json;

Json finite_or_null(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }

/// Of a plan in time regrets are GPU-hours.
Json draws_to_json(const std::optional<PlanDraws>& draws, bool timed) {
  const std::string regret = timed ? "regret_gpu_hours" : "regret_flops";
  const double unit = timed ? kSecondsPerHour : 1.0;
  Json out;
  for (const std::string& key : {std::string("interval"), std::string("interval_method"),
                                 std::string("granularity_frequency"), regret, regret + "_95",
                                 std::string("draws"), std::string("draws_without_plan")}) {
    out[key] = nullptr;
  }
  if (!draws) return out;
  auto add = [&](const char* key, const EstimatedInterval& e) {
    if (e.method == IntervalMethod::kNone) return;
    out["interval"][key] = Json::array({finite_or_null(e.range.low), finite_or_null(e.range.high)});
    out["interval_method"][key] = to_string(e.method);
  };
  add("n_total", draws->n_total);
  add("n_active", draws->n_active);
  add("d_tokens", draws->d_tokens);
  add("tokens_per_active_parameter", draws->tokens_per_active_parameter);
  add("loss", draws->loss);
  add("granularity", draws->granularity);
  for (const auto& [g, share] : draws->granularity_frequency) {
    out["granularity_frequency"][format_number(g)] = share;
  }
  out[regret] = finite_or_null(draws->regret / unit);
  out[regret + "_95"] = finite_or_null(draws->regret_95 / unit);
  out["draws"] = draws->num_draws;
  out["draws_without_plan"] = draws->num_without_plan;
  return out;
}

}  // namespace

nlohmann::ordered_json plan_to_json(const Plan& plan, bool timed) {
  Json out;
  out["budget_flops"] = timed ? Json(nullptr) : Json(plan.budget);
  if (timed) out["gpu_hours"] = plan.budget / kSecondsPerHour;
  const double unit = timed ? kSecondsPerHour : 1.0;
  out["n_total"] = finite_or_null(plan.n_total);
  out["n_active"] = finite_or_null(plan.n_active);
  out["n_law"] = finite_or_null(plan.n_law);
  out["d_tokens"] = finite_or_null(plan.d_tokens);
  out["tokens_per_active_parameter"] = finite_or_null(plan.tokens_per_active_parameter());
  out["granularity"] = finite_or_null(plan.granularity);
  if (std::isfinite(plan.epochs)) out["epochs"] = plan.epochs;
  out["loss"] = finite_or_null(plan.loss);
  out["d_model"] = finite_or_null(plan.d_model);
  out["n_blocks"] = finite_or_null(plan.n_blocks);
  out["router_flops_share"] = finite_or_null(plan.router_flops_share);
  out["coarse"] = nullptr;
  if (plan.coarse) {
    Json coarse;
    coarse["n_active"] = finite_or_null(plan.coarse->n_active);
    coarse["d_tokens"] = finite_or_null(plan.coarse->d_tokens);
    coarse["loss"] = finite_or_null(plan.coarse->loss);
    coarse[timed ? "extra_gpu_hours" : "extra_flops"] =
        finite_or_null(plan.coarse->extra_budget / unit);
    out["coarse"] = coarse;
  }
  out["binding"] = Json::array();
  for (const BindingLimit& b : plan.binding) {
    out["binding"].push_back({{"constraint", to_string(b.limit)},
                              {"value", b.value},
                              {"price", finite_or_null(b.loss_per_unit)},
                              {"price_budget", finite_or_null(b.budget_per_unit / unit)}});
  }
  if (plan.status == PlanStatus::kInfeasible) {
    out["relax"] = {{"constraint", to_string(plan.broken.limit)}, {"enough", plan.broken.enough}};
  }
  out.update(draws_to_json(plan.draws, timed));
  out["extrapolates"] = Json::array();
  for (const Variable v : plan.extrapolated) out["extrapolates"].push_back(info(v).symbol);
  if (plan.extrapolates_d_per_n) out["extrapolates"].push_back("D/N");
  if (plan.extrapolates_time) out["extrapolates"].push_back("time");
  out["status"] = to_string(plan.status);
  out["note"] = plan.note.empty() ? Json(nullptr) : Json(plan.note);
  return out;
}

}  // namespace isoflop
