#include "isoflop/fit/inspect_runs.hpp"

#include <algorithm>
#include <cmath>

#include "fit/inspect_parts.hpp"
#include "isoflop/error.hpp"

namespace isoflop {
namespace detail {
namespace {

std::vector<std::size_t> rows_that_count(const RunTable& runs) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    if (runs.weight.empty() || runs.weight[i] > 0.0) rows.push_back(i);
  }
  return rows;
}

/// Everything there is to say, the gravest first.
std::vector<Finding> inspect(const RunTable& runs, const LawProbe& probe) {
  const auto check = [&](const std::vector<double>& column, std::string_view name,
                         double may_be = 1.0) {
    if (column.size() != runs.num_runs()) {
      throw InvalidArgument("the runs have no column " + std::string(name) + ", which the law " +
                            probe.law + " needs");
    }
    if (std::any_of(column.begin(), column.end(),
                    [&](double x) { return !(x > 0.0 || x == may_be) || !std::isfinite(x); })) {
      throw InvalidArgument(std::string(name) + " must be positive and finite in every run");
    }
  };
  for (const Variable v : probe.variables) {
    if (is_plain(v) && runs.column(v).size() == runs.num_runs()) continue;
    check(runs.column(v), probe.facts.info(v).symbol, v == Variable::kS ? 0.0 : 1.0);
  }
  check(runs.loss, "loss");

  const std::vector<std::size_t> rows = rows_that_count(runs);
  if (rows.empty()) return {};
  std::vector<Finding> out = inspect_design(runs, rows, probe);
  std::vector<Finding> mistakes = inspect_mistakes(runs, rows, probe);
  out.insert(out.end(), mistakes.begin(), mistakes.end());
  std::stable_sort(out.begin(), out.end(),
                   [](const Finding& a, const Finding& b) { return a.severity < b.severity; });
  return out;
}

}  // namespace
}  // namespace detail

std::vector<Finding> inspect_runs(const FitLaw& law, const RunTable& runs,
                                  const FitOptions& options) {
  return detail::inspect(runs, detail::probe_of(law, options));
}

std::vector<Finding> inspect_runs(const AnyLaw& law, const RunTable& runs,
                                  const FitOptions& options) {
  return inspect_runs(*fit_law(law), runs, options);
}

std::optional<SeedNoise> estimate_seed_noise(const RunTable& runs,
                                             std::span<const Variable> variables) {
  for (const Variable v : variables) {
    if (runs.column(v).size() != runs.num_runs()) {
      throw InvalidArgument("the runs have no column " + std::string(info(v).symbol));
    }
  }
  std::vector<std::size_t> rows = detail::rows_that_count(runs);
  detail::sort_by_cell(runs, rows);
  SeedNoise noise;
  double squares = 0.0;
  for (std::size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
    std::vector<double> logs;  // of one cell; the same loss counts once
    for (; end < rows.size() && detail::compare_cells(runs, rows[begin], rows[end]) == 0; ++end) {
      const double log_loss = std::log(runs.loss[rows[end]]);
      if (logs.empty() || log_loss != logs.back()) logs.push_back(log_loss);
    }
    if (logs.size() < 2) continue;
    double mean = 0.0;
    for (const double x : logs) mean += x / static_cast<double>(logs.size());
    for (const double x : logs) squares += (x - mean) * (x - mean);
    ++noise.num_cells;
    noise.num_runs += logs.size();
  }
  if (noise.num_cells == 0) return std::nullopt;
  noise.degrees_of_freedom = noise.num_runs - noise.num_cells;
  noise.sd_log = std::sqrt(squares / static_cast<double>(noise.degrees_of_freedom));
  return noise;
}

}  // namespace isoflop
