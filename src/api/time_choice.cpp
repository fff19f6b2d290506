#include "api/time_choice.hpp"

#include <algorithm>

#include "isoflop/error.hpp"
#include "isoflop/io/cost_table_file.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::api {
namespace {

void require_no_time(const TimeChoice& choice) {
  const TimeChoice unsaid;
  const bool says_time = choice.backend != unsaid.backend || choice.regime != unsaid.regime ||
                         choice.micro_batch || !choice.activation.empty() || choice.mfu_dense ||
                         choice.gpus_per_layer || choice.all_to_all_latency_us ||
                         choice.all_to_all_bandwidth || choice.time_k0;
  if (!says_time) return;
  throw InvalidArgument(
      "cost_table", field("backend") + ", " + field("regime") + ", " + field("micro_batch") + ", " +
                        field("activation") + ", " + field("time_k0") + ", " + field("mfu_dense") +
                        ", " + field("gpus_per_layer") + ", " + field("all_to_all_latency_us") +
                        " and " + field("all_to_all_bandwidth") + " say something of " +
                        field("cost_table") + ", which is missing");
}

/// The only value that the rows have.
template <class T, class Text>
T only_one(const std::set<T>& seen, std::string_view name, const Text& text) {
  if (seen.size() == 1) return *seen.begin();
  std::string known;
  for (const T& x : seen) known += (known.empty() ? "" : ", ") + text(x);
  throw InvalidArgument(name, "the cost table holds " + known + ": say " + field(name));
}

Activation activation_of(const CostTable& table, const std::string& said) {
  if (said.empty()) {
    return only_one(activations_in(table), "activation",
                    [](Activation a) { return std::string(to_string(a)); });
  }
  const auto place = std::find(kActivationNames.begin(), kActivationNames.end(), said);
  return static_cast<Activation>(place - kActivationNames.begin());
}

TrainingSetup setup_of(const CostTable& table, const TimeChoice& choice) {
  TrainingSetup out;
  auto set = [](double& value, const std::optional<double>& said, double unit) {
    if (said) value = unit * *said;
  };
  set(out.k0, choice.time_k0, 1.0);
  out.activation = activation_of(table, choice.activation);
  out.tokens = choice.micro_batch ? *choice.micro_batch
                                  : only_one(tokens_in(table), "micro_batch", format_number);
  out.dense_flops_per_s = dense_flops_per_s(table, choice.mfu_dense);
  set(out.expert_parallel, choice.gpus_per_layer, 1.0);
  set(out.all_to_all_latency_s, choice.all_to_all_latency_us, 1e-6);
  set(out.all_to_all_bytes_per_s, choice.all_to_all_bandwidth, 1.0);
  return out;
}

}  // namespace

void list_but_micro_batch(FieldVisitor& f, TimeChoice& choice) {
  f.file("cost_table", choice.cost_table);
  f.text("backend", choice.backend);
  f.choice("regime", choice.regime, {kRegimeNames.begin(), kRegimeNames.end()});
  f.choice("activation", choice.activation, {kActivationNames.begin(), kActivationNames.end()});
  f.number("time_k0", choice.time_k0, Numbers::kPositive);
  f.number("mfu_dense", choice.mfu_dense, Numbers::kPositive);
  f.number("gpus_per_layer", choice.gpus_per_layer, Numbers::kWhole);
  f.number("all_to_all_latency_us", choice.all_to_all_latency_us, Numbers::kPositive);
  f.number("all_to_all_bandwidth", choice.all_to_all_bandwidth, Numbers::kPositive);
}

void list_fields(FieldVisitor& f, TimeChoice& choice) {
  list_but_micro_batch(f, choice);
  f.number("micro_batch", choice.micro_batch, Numbers::kPositive);
}

std::optional<TableTime> use_time(PlanProblem& problem, const TimeChoice& choice) {
  if (choice.cost_table.empty()) {
    require_no_time(choice);
    return std::nullopt;
  }
  require_timeable(problem);
  if (!choice.gpus_per_layer && (choice.all_to_all_latency_us || choice.all_to_all_bandwidth)) {
    throw InvalidArgument("gpus_per_layer", field("all_to_all_latency_us") + " and " +
                                                field("all_to_all_bandwidth") + " need " +
                                                field("gpus_per_layer"));
  }
  const CostTable table = read_cost_table(choice.cost_table);
  if (table.rows.empty()) throw DataError(choice.cost_table, "has no rows to plan with");
  CostChoice rows;
  rows.backend = choice.backend;
  rows.regime = choice.regime == to_string(Regime::kBurst) ? Regime::kBurst : Regime::kSustained;
  return use_table_time(problem, table, rows, setup_of(table, choice));
}

}  // namespace isoflop::api
