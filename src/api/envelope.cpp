#include "isoflop/api/envelope.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "api/envelope_fields.hpp"
#include "api/runs_choice.hpp"
#include "api/sweep_runs.hpp"
#include "isoflop/error.hpp"

namespace isoflop::api {
namespace {

Records read_checkpoints(const EnvelopeRequest& request) {
  RecordOptions how = record_options(request.runs);
  std::vector<Variable> needed{Variable::kN, Variable::kD};
  require_flops(request.cost, how, needed);
  if (!request.schedule.empty()) how.extra.push_back(request.schedule);
  return request.runs.columns
             ? read_records(table_of(*request.runs.columns, "columns in memory"), how, needed)
             : read_records(request.runs.file, how, needed);
}

/// By run where the table names one, else by size; in the order of the file.
std::vector<TrainingCurve> curves_of(const RunTable& runs, const std::vector<double>& flops) {
  const std::vector<double>&n = runs.column(Variable::kN), &d = runs.column(Variable::kD);
  std::map<std::pair<std::string, double>, std::size_t> place;
  std::vector<std::vector<std::size_t>> rows;
  std::vector<TrainingCurve> out;
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    const std::string run = runs.group.empty() ? "" : runs.group[i];
    const auto [found, is_new] = place.try_emplace({run, n[i]}, out.size());
    if (is_new) {
      out.push_back({run, std::log(n[i]), {}, {}, {}});
      rows.emplace_back();
    }
    rows[found->second].push_back(i);
  }
  for (std::size_t k = 0; k < out.size(); ++k) {
    std::stable_sort(rows[k].begin(), rows[k].end(),
                     [&](std::size_t a, std::size_t b) { return flops[a] < flops[b]; });
    for (const std::size_t i : rows[k]) {
      const double log_c = std::log(flops[i]);
      if (!out[k].log_c.empty() && log_c == out[k].log_c.back()) {
        throw DataError(
            runs.source, runs.line.empty() ? i : runs.line[i],
            "a second loss of one run at the same FLOPs; name the column of runs with " +
                field("column") + " group=COL");
      }
      out[k].log_c.push_back(log_c);
      out[k].log_d.push_back(std::log(d[i]));
      out[k].log_loss.push_back(std::log(runs.loss[i]));
    }
  }
  return out;
}

std::vector<EnvelopeStretch> stretches_of(const std::vector<EnvelopePoint>& points) {
  std::vector<EnvelopeStretch> out;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (out.empty() || points[out.back().last].curve != points[i].curve) out.push_back({i, i});
    out.back().last = i;
  }
  return out;
}

}  // namespace

EnvelopeOutcome envelope(const EnvelopeRequest& asked, const Context&) {
  EnvelopeOutcome out;
  const EnvelopeRequest request = checked(asked);
  out.request = request;
  out.inputs = inputs_of(request);
  constexpr std::uint64_t kMostPoints = 1'000'000;
  if (request.points > kMostPoints) {
    throw InvalidArgument("points", field("points") + ": at most 1M");
  }
  const Records records = read_checkpoints(request);
  require_unchanged(out.inputs);
  out.records = records.log;
  out.num_checkpoints = records.runs.num_runs();
  out.curves =
      curves_of(records.runs, flops_of_runs(records.runs, request.cost, request.conventions));
  if (!request.schedule.empty()) {
    std::map<std::string, std::size_t> count;
    for (const std::string& name : records.extra.at(request.schedule)) ++count[name];
    out.schedules.assign(count.begin(), count.end());
  }
  out.envelope = envelope_of(out.curves, {request.points, request.keep_edges});
  out.stretches = stretches_of(out.envelope.points);
  const PowerLaws& laws = out.envelope.laws;
  if (!request.flops.empty() && std::isnan(laws[index_of(SweepQuantity::kN)].exponent)) {
    throw InvalidArgument("flops",
                          "a power law needs two sizes that win in between the smallest and the "
                          "largest, and there " +
                              std::string(out.envelope.num_sizes == 1 ? "is one" : "is none") +
                              "; " + field("keep_edges") + " counts those two as well");
  }
  for (const double flops : request.flops) {
    SweepAnswer& answer = out.at.emplace_back();
    for (std::size_t q = 0; q < answer.size(); ++q) answer[q] = laws[q].log_at(std::log(flops));
  }
  return out;
}

}  // namespace isoflop::api
