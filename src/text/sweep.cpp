#include "isoflop/text/sweep.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "isoflop/io/number.hpp"
#include "isoflop/text/grid.hpp"
#include "isoflop/text/hyperparameters.hpp"
#include "isoflop/text/law.hpp"
#include "text/budget.hpp"

namespace isoflop::text {
namespace {

using api::SweepOutcome;
using api::SweepRun;

bool is_routed(const SweepOutcome& outcome) {
  return !outcome.runs.empty() && outcome.runs.front().cell.model.shape.is_routed();
}

std::string counted(std::size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string costs_text(const SweepOutcome& outcome) {
  std::string out = human_number(outcome.flops) + " FLOPs";
  if (outcome.gpu_hours) out += fmt::format(", {} GPU-hours", human_number(*outcome.gpu_hours));
  if (outcome.price) out += fmt::format(", a price of {}", human_number(*outcome.price));
  return out;
}

std::string head_of_sweep(const SweepOutcome& outcome) {
  std::string out = head_of_law(outcome.request.planner.law.law, outcome.problem.law);
  out += fmt::format("FLOPs: {}\n", describe_cost(cost_terms(outcome.problem)));
  if (outcome.time) out += time_line(outcome.request.time.cost_table, *outcome.time);
  std::string kinds;
  for (const std::uint64_t g : outcome.grid.granularities) {
    kinds += (kinds.empty() ? ", for G of " : ", ") + std::to_string(g);
  }
  out += fmt::format("\n{} of {} over {} octaves of N active{}: {}, {}\n\n",
                     counted(outcome.grid.budgets.size(), "budget"),
                     counted(outcome.grid.cells, "size"), format_number(outcome.grid.octaves),
                     kinds, counted(outcome.runs.size(), "run"), costs_text(outcome));
  return out;
}

std::string runs_table_of_sweep(const SweepOutcome& outcome) {
  const bool routed = is_routed(outcome);
  const bool simulated = outcome.request.simulate;
  const bool priced = outcome.gpu_hours.has_value();
  app::TextGrid grid({0});
  std::vector<std::string> head{"run", "d_model", "blocks", "heads", "d_ff"};
  if (routed) head.insert(head.end(), {"G", "experts", "width"});
  head.insert(head.end(), {"N active", "N of the law", "D tokens", "batch", "steps"});
  if (outcome.hyperparameters) head.push_back("lr");
  head.push_back("FLOPs");
  if (priced) head.push_back("GPU-hours");
  head.push_back("loss by law");
  if (simulated) head.push_back("simulated");
  grid.add(head);
  for (const SweepRun& run : outcome.runs) {
    const RealShape& m = run.cell.model;
    std::vector<std::string> row{run.name, std::to_string(m.shape.d_model),
                                 std::to_string(m.shape.num_blocks),
                                 std::to_string(m.shape.num_heads), std::to_string(m.shape.d_ff)};
    if (routed) {
      row.insert(row.end(), {std::to_string(m.shape.top_k), std::to_string(m.shape.num_experts),
                             std::to_string(m.shape.expert_width)});
    }
    row.insert(row.end(),
               {human_number(m.n_active), human_number(m.n_law), human_number(m.d_tokens),
                human_number(static_cast<double>(run.run.batch_tokens())),
                std::to_string(run.run.num_steps)});
    if (outcome.hyperparameters) row.push_back(learning_rate(run.run.lr, run.outside));
    row.push_back(human_number(run.flops));
    if (priced) row.push_back(human_number(*run.gpu_hours));
    row.push_back(fmt::format("{:.4f}", m.loss));
    if (simulated) row.push_back(fmt::format("{:.4f}", *run.simulated_loss));
    grid.add(row);
  }
  std::vector<std::vector<OutsideRange>> outside;
  for (const SweepRun& run : outcome.runs) outside.push_back(run.outside);
  return grid.text() + hyperparameters_text(outcome.hyperparameters,
                                            outcome.request.shapes.batch_tokens.has_value(),
                                            outside);
}

std::string dropped_text(const SweepOutcome& outcome) {
  std::string out;
  for (const DroppedCell& cell : outcome.dropped) {
    const std::string size = cell.wanted_n_active > 0.0
                                 ? ", N active " + human_number(cell.wanted_n_active)
                                 : std::string();
    const std::string g = outcome.grid.granularities.size() > 1
                              ? ", G = " + format_number(cell.granularity)
                              : std::string();
    out += fmt::format("dropped: {}{}{}: {}\n", human_number(outcome.grid.budgets[cell.budget]), g,
                       size, cell.reason);
  }
  return out;
}

/// A factor of e^half_width either way.
std::string either_way(double half_width) {
  if (std::isnan(half_width)) return "-";
  const double percent = 100.0 * std::expm1(half_width);
  return percent > 1000.0 ? "over 1000 %" : fmt::format("{:.3g} %", percent);
}

double half_width_by_fit(const SweepForecast& forecast) {
  if (!forecast.fit_log_n) return std::numeric_limits<double>::quiet_NaN();
  return 0.5 * (forecast.fit_log_n->high - forecast.fit_log_n->low);
}

std::string log_interval_text(const Interval& i) {
  if (std::isinf(i.low)) return "any";
  if (!std::isfinite(i.high)) return "-";
  return human_number(std::exp(i.low)) + " to " + human_number(std::exp(i.high));
}

std::vector<std::string> row_of_read(const char* name, const SweepForecast::Read& read) {
  return {name, std::isfinite(read.noiseless) ? human_number(std::exp(read.noiseless)) : "-",
          log_interval_text(read.spread), either_way(read.half_width())};
}

std::string forecast_text(const SweepOutcome& outcome) {
  if (!outcome.noise) {
    return "\nWhat it will say is foretold where " + field("noise") +
           " says how far the losses of runs scatter, in per cent.\n";
  }
  if (!outcome.forecast) {
    return "\nOne budget says nothing of another: a power law needs two or more.\n";
  }
  const SweepForecast& forecast = *outcome.forecast;
  std::string out = fmt::format(
      "\nWhat it will say of the optimum at {} FLOPs, if the law is right and runs scatter by "
      "{:.3g} % ({} simulated sweeps):\n",
      human_number(outcome.target_flops), 100.0 * *outcome.noise, outcome.request.simulations);
  app::TextGrid grid({0});
  grid.add({"by profiles", "without noise", "95 % of sweeps", "either way"});
  grid.add(row_of_read("N*", forecast.n));
  grid.add(row_of_read("D*", forecast.d));
  if (std::isfinite(forecast.g.noiseless)) grid.add(row_of_read("G*", forecast.g));
  out += grid.text();
  if (std::isfinite(forecast.printed_half_width)) {
    out += fmt::format("the interval of N* that isoflop profiles prints: {} either way (median)\n",
                       either_way(forecast.printed_half_width));
  }
  const double shift = forecast.n.noiseless - forecast.own_log_n;
  if (std::isfinite(shift)) {
    out += fmt::format(
        "N* of the law is {}: parabolas on these cells read {:+.2g} % (isoflop profiles corrects "
        "what is theirs)\n",
        human_number(std::exp(forecast.own_log_n)), 100.0 * std::expm1(shift));
  }
  if (forecast.num_unread > 0) {
    out +=
        fmt::format("{} of them give no power law and count nowhere above\n", forecast.num_unread);
  }
  if (forecast.fit_log_n) {
    const Interval& by_fit = *forecast.fit_log_n;
    out += fmt::format("a fit of {} to the same runs would leave N* {}, {} either way\n",
                       std::string(outcome.problem.law.law.name()), log_interval_text(by_fit),
                       either_way(half_width_by_fit(forecast)));
  }
  return out;
}

template <class HalfWidth>
std::string others_table(const SweepOutcome& outcome, HalfWidth&& half_width) {
  app::TextGrid grid;
  std::vector<std::string> head{"sizes", "FLOPs"};
  const std::size_t first = outcome.others.front().cells;
  for (const api::OtherSweep& other : outcome.others) {
    if (other.cells == first) head.push_back(format_number(other.octaves) + " octaves ");
  }
  grid.add(head);
  std::vector<std::string> row;
  for (const api::OtherSweep& other : outcome.others) {
    if (row.empty()) row = {std::to_string(other.cells), human_number(other.flops)};
    const bool own = other.cells == outcome.grid.cells && other.octaves == outcome.grid.octaves;
    row.push_back(either_way(half_width(other.forecast)) + (own ? "*" : " "));
    if (row.size() == head.size()) {
      grid.add(row);
      row.clear();
    }
  }
  return grid.text();
}

std::string others_text(const SweepOutcome& outcome) {
  if (outcome.others.empty()) return "";
  std::string out =
      fmt::format(
          "\nOther grids at these budgets: 95 % of N* at {} FLOPs, either way (* this one)\n"
          "by profiles:\n",
          human_number(outcome.target_flops)) +
      others_table(outcome, [](const SweepForecast& f) { return f.n.half_width(); });
  if (outcome.forecast && outcome.forecast->fit_log_n) {
    out += fmt::format("by a fit of {}:\n", std::string(outcome.problem.law.law.name())) +
           others_table(outcome, half_width_by_fit);
  }
  return out;
}

}  // namespace

std::string sweep(const SweepOutcome& outcome) {
  std::string out = head_of_sweep(outcome);
  if (!outcome.runs.empty()) out += runs_table_of_sweep(outcome);
  out += dropped_text(outcome);
  if (outcome.runs.empty()) return out;
  out += forecast_text(outcome) + others_text(outcome);
  for (const std::string& note : notes_on_fit(outcome.problem.law)) out += "note: " + note + "\n";
  return out;
}

std::string sweep_csv(const SweepOutcome& outcome) {
  const bool with_g = has_granularity(outcome.problem.law);
  const bool routed = is_routed(outcome);
  const bool priced = outcome.gpu_hours.has_value();
  const bool simulated = outcome.request.simulate;
  std::string out = "name,budget,N,n_active,D";
  if (with_g) out += ",G";
  out += ",d_model,n_blocks,n_heads,d_ff";
  if (routed) out += ",num_experts,top_k,expert_width";
  const bool with_lr = outcome.hyperparameters && outcome.hyperparameters->lr;
  out += ",seq_length,batch_tokens,steps";
  if (with_lr) out += ",lr";
  out += ",flops";
  if (priced) out += ",gpu_hours";
  if (simulated) out += ",loss_simulated";
  out += "\n";
  for (const SweepRun& run : outcome.runs) {
    const RealShape& m = run.cell.model;
    out += fmt::format("{},{},{},{},{}", run.name,
                       format_number(outcome.grid.budgets[run.cell.budget]), format_number(m.n_law),
                       format_number(m.n_active), format_number(m.d_tokens));
    if (with_g) out += "," + format_number(m.granularity);
    out += fmt::format(",{},{},{},{}", m.shape.d_model, m.shape.num_blocks, m.shape.num_heads,
                       m.shape.d_ff);
    if (routed) {
      out += fmt::format(",{},{},{}", m.shape.num_experts, m.shape.top_k, m.shape.expert_width);
    }
    out +=
        fmt::format(",{},{},{}", run.run.shape.seq_len, run.run.batch_tokens(), run.run.num_steps);
    if (with_lr) out += "," + (run.run.lr ? format_number(*run.run.lr) : std::string());
    out += "," + format_number(run.flops);
    if (priced) out += "," + format_number(*run.gpu_hours);
    if (simulated) out += "," + format_number(*run.simulated_loss);
    out += "\n";
  }
  return out;
}

std::string launch_ending(const SweepOutcome& outcome) {
  const std::string& trainer = outcome.request.shapes.emit;
  return trainer == "megatron" ? ".args" : trainer == "hf" ? ".json" : ".py";
}

}  // namespace isoflop::text
