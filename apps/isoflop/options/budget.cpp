#include "apps/isoflop/options/budget.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cmath>
#include <optional>
#include <set>

#include "apps/isoflop/verbs.hpp"
#include "apps/words/words.hpp"
#include "isoflop/core/parallel.hpp"
#include "isoflop/cost/choose_rows.hpp"
#include "isoflop/cost/cost_surface.hpp"
#include "isoflop/cost/gpus.hpp"
#include "isoflop/io/cost_table_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/plan/planner.hpp"
#include "isoflop/text/plan.hpp"

namespace isoflop::app {
namespace {

constexpr double kHoursPerDay = 24.0;
constexpr double kDefaultMfu = 0.4;
constexpr std::size_t kTimeDraws = 100;

/// The only value that the rows have, or a usage error that names the flag and the values.
template <class T, class F>
T only_one(const CostTable& table, const char* flag, F&& value_of, std::string (*text)(const T&)) {
  std::set<T> seen;
  for (const CostRow& row : table.rows) seen.insert(value_of(row));
  if (seen.size() == 1) return *seen.begin();
  std::string known;
  for (const T& x : seen) known += (known.empty() ? "" : ", ") + text(x);
  throw UsageError(fmt::format("the cost table holds {}: say {}", known, flag));
}

Activation activation_named(const std::string& word) {
  const auto place = std::find(kActivationNames.begin(), kActivationNames.end(), word);
  if (place == kActivationNames.end()) {
    throw UsageError(
        fmt::format("--activation: \"{}\" is none of {}", word, fmt::join(kActivationNames, ", ")));
  }
  return static_cast<Activation>(place - kActivationNames.begin());
}

/// bf16 FLOP/s that dense products reach: measured, else a share of the datasheet's.
double dense_rate(const CostTable& table, const std::string& mfu_dense) {
  const double peak = std::isfinite(table.peaks.gemm_flops_per_s) ? table.peaks.gemm_flops_per_s
                                                                  : table.peaks.spec_flops_per_s;
  if (!(peak > 0.0)) throw UsageError("the cost table names no peak for dense products");
  if (mfu_dense.empty()) return peak;
  const double share = positive_argument("--mfu-dense", mfu_dense);
  if (share > 1.0) throw UsageError("--mfu-dense is a share of the peak, at most 1");
  return share * peak;
}

}  // namespace

void BudgetArguments::add(CLI::App& command) {
  auto list = [&](const char* flag, std::vector<std::string>& values, const char* meaning) {
    command.add_option(flag, values, meaning)->type_name("X ...")->take_all()->group("Budget");
  };
  auto option = [&](const char* flag, std::string& value, const char* meaning, const char* type,
                    const char* group) {
    command.add_option(flag, value, meaning)->type_name(type)->group(group);
  };
  list("--flops", flops, "training FLOPs, one or more, such as 1e21 3e21");
  list("--gpu-hours", gpu_hours,
       "hours of one GPU, one or more: by --cost-table, or by --gpu and --mfu");
  option("--gpus", gpus, "GPUs, with --days", "K", "Budget");
  option("--days", days, "days on --gpus", "X", "Budget");
  list("--target-loss", target_loss,
       "losses in nats per token: the cheapest training to reach them");
  option("--price-per-gpu-hour", price_per_gpu_hour, "what an hour of one GPU costs", "X",
         "Budget");
  option("--gpu", gpu, "GPU whose datasheet's peak --mfu is a share of", "NAME", "Budget");
  option("--mfu", mfu, "share of the peak that training reaches (default 0.4)", "X", "Budget");
  add_time(command);
}

void BudgetArguments::add_time(CLI::App& command) {
  auto option = [&](const char* flag, std::string& value, const char* meaning, const char* type,
                    const char* group) {
    command.add_option(flag, value, meaning)->type_name(type)->group(group);
  };
  option("--cost-table", cost_table,
         "times of MoE layers on your GPU ('isoflop-bench' writes them): budgets are time", "FILE",
         "Time");
  option("--backend", backend, "rows of the table to use; best: the fastest that drops no token",
         "NAME", "Time");
  option("--regime", regime, "rows of the table to use", "sustained|burst", "Time");
  option("--micro-batch", micro_batch,
         "tokens that pass a layer of one GPU at once, where the table has several", "T", "Time");
  option("--activation", activation, "of the experts, where the table has several",
         "swiglu|gelu|relu", "Time");
  option("--time-k0", k0, "experts per token before splitting (default 1)", "X", "Time");
  option("--mfu-dense", mfu_dense,
         "share of the table's GEMM peak that attention projections reach (default 1)", "X",
         "Time");
  option("--gpus-per-layer", expert_parallel, "GPUs that share the experts of a layer (default 1)",
         "P", "Time");
  option("--all-to-all-latency-us", all_to_all_latency_us,
         "microseconds per exchange between them (default 0)", "X", "Time");
  option("--all-to-all-bandwidth", all_to_all_bandwidth,
         "bytes per second and GPU of these exchanges, such as 50e9 (default: free)", "X", "Time");
}

std::string BudgetArguments::apply_time(PlanProblem& request) const {
  const bool says_time = !micro_batch.empty() || !activation.empty() || !mfu_dense.empty() ||
                         !expert_parallel.empty() || !all_to_all_latency_us.empty() ||
                         !all_to_all_bandwidth.empty() || !k0.empty();
  if (cost_table.empty()) {
    if (says_time) {
      throw UsageError(
          "--micro-batch, --activation, --time-k0, --mfu-dense, --gpus-per-layer, "
          "--all-to-all-latency-us and --all-to-all-bandwidth say something of --cost-table, which "
          "is missing");
    }
    return "";
  }
  if (!flops.empty()) {
    throw UsageError("a cost table counts time: use --gpu-hours, or --gpus and --days");
  }
  if (!gpu.empty() || !mfu.empty()) {
    throw UsageError("--gpu and --mfu stand for a cost table; give one or the other");
  }
  if (request.accounting != FlopAccounting::kPaper) {
    throw UsageError(
        "--cost-table needs the FLOPs of models of experts beside the times (--cost paper): a law "
        "with an expansion rate E and an N without embeddings");
  }
  if (request.router_cost != PlanProblem{}.router_cost) {
    throw UsageError("--router-cost counts FLOPs; with a cost table routing takes its own time");
  }
  if (regime != "sustained" && regime != "burst") {
    throw UsageError(fmt::format("--regime: \"{}\" is neither sustained nor burst", regime));
  }
  if (expert_parallel.empty() && !(all_to_all_latency_us.empty() && all_to_all_bandwidth.empty())) {
    throw UsageError("--all-to-all-latency-us and --all-to-all-bandwidth need --gpus-per-layer");
  }
  const CostTable table = read_cost_table(cost_table);
  if (table.rows.empty()) throw DataError(cost_table, "has no rows to plan with");
  CostChoice choice;
  choice.backend = backend;
  choice.regime = regime == "burst" ? Regime::kBurst : Regime::kSustained;
  TrainingSetup setup;
  setup.expansion = request.law.expansion.value_or(1.0);
  setup.k0 = k0.empty() ? 1.0 : positive_argument("--time-k0", k0);
  setup.activation =
      !activation.empty()
          ? activation_named(activation)
          : only_one<Activation>(
                table, "--activation", [](const CostRow& r) { return r.layer.activation; },
                [](const Activation& a) { return std::string(to_string(a)); });
  setup.tokens = !micro_batch.empty()
                     ? positive_argument("--micro-batch", micro_batch)
                     : only_one<double>(
                           table, "--micro-batch",
                           [](const CostRow& r) { return static_cast<double>(r.layer.tokens); },
                           [](const double& t) { return format_number(t); });
  setup.dense_flops_per_s = dense_rate(table, mfu_dense);
  auto set = [](const char* flag, const std::string& text, double& value, double unit) {
    if (!text.empty()) value = unit * positive_argument(flag, text);
  };
  set("--gpus-per-layer", expert_parallel, setup.expert_parallel, 1.0);
  set("--all-to-all-latency-us", all_to_all_latency_us, setup.all_to_all_latency_s, 1e-6);
  set("--all-to-all-bandwidth", all_to_all_bandwidth, setup.all_to_all_bytes_per_s, 1.0);
  const CostSurface surface(table, choice);
  request.time.emplace(surface, setup, request.shape, request.search.max_granularity);
  std::string who;
  if (table.source == CostSource::kMeasured) {
    who = fmt::format(", {}, {} routing",
                      backend == kBestBackend ? "fastest dropless backend" : backend,
                      choose_rows(table, choice).front().routing);
  }
  return fmt::format("time: {} ({}{}{}), {} tokens at once, {}{}, dense products at {} FLOP/s{}\n",
                     cost_table, kCostSourceNames[static_cast<std::size_t>(table.source)],
                     table.environment.gpu_name.empty() ? "" : ", " + table.environment.gpu_name,
                     who, human_number(setup.tokens), to_string(setup.activation),
                     setup.k0 == 1.0 ? "" : ", k0 = " + format_number(setup.k0),
                     human_number(setup.dense_flops_per_s),
                     setup.expert_parallel > 1.0
                         ? ", experts over " + format_number(setup.expert_parallel) + " GPUs"
                         : "");
}

void BudgetArguments::add_time_draws(PlanProblem& request) {
  if (!request.time || request.time->is_formula()) return;  // nothing scatters
  std::vector<std::optional<TrainingTime>> draws(kTimeDraws);
  parallel_for(draws.size(), 0,
               [&](std::size_t i) { draws[i] = request.time->resampled(i + 1); });
  for (auto& draw : draws) {
    if (draw) request.time_draws.push_back(std::move(*draw));
  }
}

double BudgetArguments::flops_per_gpu_second() const {
  if (gpu.empty()) {
    if (!mfu.empty()) throw UsageError("--mfu is a share of the peak of --gpu, which is missing");
    return 0.0;
  }
  double share = kDefaultMfu;
  if (!mfu.empty()) share = positive_argument("--mfu", mfu);
  if (share > 1.0) throw UsageError("--mfu is a share of the peak, at most 1");
  try {
    return share * find_gpu(gpu).flops_per_s;
  } catch (const InvalidArgument& fault) {
    throw UsageError(fmt::format("--gpu: {}", fault.what()));
  }
}

std::vector<double> BudgetArguments::budgets(const PlanProblem& request) const {
  if (gpus.empty() != days.empty()) throw UsageError("--gpus and --days belong together");
  const int kinds = (flops.empty() ? 0 : 1) + (gpu_hours.empty() ? 0 : 1) + (gpus.empty() ? 0 : 1) +
                    (target_loss.empty() ? 0 : 1);
  if (kinds != 1) {
    throw UsageError(kinds == 0 ? "say what may be spent: --flops, --gpu-hours, --gpus and --days, "
                                  "or --target-loss"
                                : "give one kind of budget: --flops, --gpu-hours, --gpus and "
                                  "--days, or --target-loss");
  }
  if (!flops.empty()) return positive_list_argument("--flops", flops);
  if (!target_loss.empty()) {
    std::vector<double> out;
    const Planner planner = Planners(request).own();
    for (const double wanted : positive_list_argument("--target-loss", target_loss)) {
      const auto log_budget = planner.log_budget_for(std::log(wanted), request.search);
      if (!log_budget) {
        throw Error(
            fmt::format("--target-loss {}: no budget reaches it under this law and these limits",
                        format_number(wanted)));
      }
      out.push_back(std::exp(*log_budget));
    }
    return out;
  }
  double seconds = kSecondsPerHour;
  if (!request.time) {
    const double rate = flops_per_gpu_second();
    if (rate == 0.0) {
      throw UsageError("hours of a GPU count by --cost-table FILE, or by --gpu NAME and --mfu X");
    }
    seconds *= rate;
  }
  std::vector<double> out = gpu_hours.empty()
                                ? std::vector{positive_argument("--gpus", gpus) * kHoursPerDay *
                                              positive_argument("--days", days)}
                                : positive_list_argument("--gpu-hours", gpu_hours);
  for (double& x : out) x *= seconds;
  return out;
}

double BudgetArguments::price_per_unit(const PlanProblem& request) const {
  if (price_per_gpu_hour.empty()) return 0.0;
  const double per_second =
      positive_argument("--price-per-gpu-hour", price_per_gpu_hour) / kSecondsPerHour;
  if (request.time) return per_second;
  const double rate = flops_per_gpu_second();
  if (rate == 0.0) {
    throw UsageError("--price-per-gpu-hour needs --cost-table FILE, or --gpu NAME and --mfu X");
  }
  return per_second / rate;
}

}  // namespace isoflop::app
