// Rows that look like mistakes: the same run twice, other units than the rest, one loss for all.
#include <algorithm>
#include <array>
#include <cmath>

#include "fit/inspect_parts.hpp"

namespace isoflop::detail {
/// "line 7" or "lines 7, 9", "run 6" where the table has no lines.
std::string places(const RunTable& runs, const std::vector<std::size_t>& rows) {
  constexpr std::size_t kShown = 5;
  std::string out = runs.line.empty() ? "run" : "line";
  if (rows.size() > 1) out += "s";
  for (std::size_t i = 0; i < std::min(rows.size(), kShown); ++i) {
    out += (i == 0 ? " " : ", ") + std::to_string(runs.line.empty() ? rows[i] : runs.line[rows[i]]);
  }
  if (rows.size() > kShown) out += " and " + std::to_string(rows.size() - kShown) + " more";
  return out;
}

namespace {

void find_duplicates(const RunTable& runs, std::vector<std::size_t> rows,
                     std::vector<Finding>& out) {
  sort_by_cell(runs, rows);
  std::vector<std::vector<std::size_t>> repeated;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (runs.loss[rows[i]] != runs.loss[rows[i - 1]] ||
        compare_cells(runs, rows[i], rows[i - 1]) != 0) {
      continue;
    }
    const bool goes_on = !repeated.empty() && repeated.back().back() == rows[i - 1];
    if (!goes_on) repeated.push_back({rows[i - 1]});
    repeated.back().push_back(rows[i]);
  }
  std::sort(repeated.begin(), repeated.end());
  for (auto& group : repeated) {
    out.push_back({FindingSeverity::kNote,
                   {},
                   group,
                   places(runs, group) + " hold the same run: equal in every variable and in loss",
                   "Keep one of them, or give the runs a weight if they are meant to count more"});
  }
}

void find_constant_loss(const RunTable& runs, const std::vector<std::size_t>& rows,
                        const LawProbe& probe, std::vector<Finding>& out) {
  const double loss = runs.loss[rows.front()];
  bool some_vary = false;
  for (const std::size_t row : rows) {
    if (std::abs(runs.loss[row] - loss) > 1e-9 * loss) return;
    for (const Variable v : probe.variables) {
      some_vary = some_vary || runs.column(v)[row] != runs.column(v)[rows.front()];
    }
  }
  if (!some_vary) return;
  Finding finding{FindingSeverity::kUnidentified,
                  {},
                  {},
                  "every run has the same loss, " + short_text(loss) + ": it answers to nothing",
                  "Check that the column of the loss is the right one"};
  for (const auto& tied : probe.coefficients) {
    finding.coefficients.insert(finding.coefficients.end(), tied.begin(), tied.end());
  }
  out.push_back(std::move(finding));
}

struct Unit {
  double factor;
  std::string_view name;
};
constexpr std::array<Unit, 3> kUnits{{{1e3, "thousands"}, {1e6, "millions"}, {1e9, "billions"}}};

/// Whether the losses speak against the values of these rows: more training and more parameters
/// never cost loss, so a run that is recorded as smaller than another one in everything cannot have
/// less loss, nor one that is larger more. Asked of at least half of the rows.
bool losses_disagree(const RunTable& runs, const LawProbe& probe,
                     const std::vector<std::size_t>& few, const std::vector<std::size_t>& rest,
                     bool few_are_small) {
  constexpr double kBeyondNoise = 0.97;
  std::size_t num_disagreeing = 0;
  for (const std::size_t i : few) {
    num_disagreeing += std::any_of(rest.begin(), rest.end(), [&](std::size_t j) {
      const std::size_t small = few_are_small ? i : j, large = few_are_small ? j : i;
      return runs.loss[small] < kBeyondNoise * runs.loss[large] &&
             std::all_of(probe.variables.begin(), probe.variables.end(), [&](Variable v) {
               return runs.column(v)[small] <= runs.column(v)[large];
             });
    });
  }
  return 2 * num_disagreeing >= few.size();
}

/// Whether the losses of these rows lie among those of the rest.
bool losses_are_like(const RunTable& runs, const std::vector<std::size_t>& few,
                     const std::vector<std::size_t>& rest) {
  double least = runs.loss[rest.front()], most = least;
  for (const std::size_t row : rest) {
    least = std::min(least, runs.loss[row]);
    most = std::max(most, runs.loss[row]);
  }
  return std::all_of(few.begin(), few.end(), [&](std::size_t row) {
    return runs.loss[row] >= least && runs.loss[row] <= most;
  });
}

/// Looks for a minority of rows far below or far above the rest that one factor of a unit would
/// bring among the rest, and whose losses say that they belong there.
void find_mixed_units(const RunTable& runs, const std::vector<std::size_t>& rows, Variable v,
                      const LawProbe& probe, std::vector<Finding>& out) {
  constexpr double kGap = 30.0, kNoGapOfRuns = 1e4, kRoom = 1.5, kLargestShare = 1.0 / 3.0;
  const std::vector<double>& column = runs.column(v);
  std::vector<std::size_t> order = rows;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return column[a] < column[b]; });
  for (std::size_t cut = 1; cut < order.size(); ++cut) {
    const double gap = column[order[cut]] / column[order[cut - 1]];
    if (gap < kGap) continue;
    const bool few_below = 2 * cut < order.size();
    const auto middle = order.begin() + static_cast<std::ptrdiff_t>(cut);
    std::vector<std::size_t> few(few_below ? order.begin() : middle,
                                 few_below ? middle : order.end());
    const std::vector<std::size_t> rest(few_below ? middle : order.begin(),
                                        few_below ? order.end() : middle);
    if (static_cast<double>(few.size()) > kLargestShare * static_cast<double>(order.size()) ||
        !losses_are_like(runs, few, rest) ||
        (gap < kNoGapOfRuns && !losses_disagree(runs, probe, few, rest, few_below))) {
      continue;
    }
    const double low = column[rest.front()] / kRoom, high = column[rest.back()] * kRoom;
    for (const Unit& unit : kUnits) {
      const double factor = few_below ? unit.factor : 1.0 / unit.factor;
      const bool fits = std::all_of(few.begin(), few.end(), [&](std::size_t row) {
        return column[row] * factor >= low && column[row] * factor <= high;
      });
      if (!fits) continue;
      std::sort(few.begin(), few.end());
      const std::string symbol(info(v).symbol), meaning(info(v).meaning), name(unit.name);
      const std::string kind = few_below ? name + " beside raw counts of " + meaning
                                         : "raw counts beside " + name + " of " + meaning;
      out.push_back({FindingSeverity::kSuspect,
                     {},
                     few,
                     symbol + " of " + places(runs, few) +
                         (few.size() == 1 ? " looks like " : " look like ") + kind + " (" +
                         short_text(column[few.front()]) + " where others are " +
                         short_text(column[rest.front()]) + " to " +
                         short_text(column[rest.back()]) + ")",
                     "Write every " + symbol + " as a raw count, such as 7e9 or 7B"});
      break;
    }
  }
}

void find_small_column(const RunTable& runs, const std::vector<std::size_t>& rows, Variable v,
                       double least, std::vector<Finding>& out) {
  double low = runs.column(v)[rows.front()], high = low;
  for (const std::size_t row : rows) {
    low = std::min(low, runs.column(v)[row]);
    high = std::max(high, runs.column(v)[row]);
  }
  if (high >= least) return;
  const VariableInfo& about = info(v);
  out.push_back({FindingSeverity::kNote,
                 {},
                 {},
                 std::string(about.symbol) + " runs from " + short_text(low) + " to " +
                     short_text(high) + ": few for a count of " + std::string(about.meaning) +
                     ", more like millions or billions of them",
                 "Write " + std::string(about.symbol) +
                     " as a raw count, such as 7e9 or 7B; otherwise plans come out in that unit"});
}

}  // namespace

void sort_by_cell(const RunTable& runs, std::vector<std::size_t>& rows) {
  std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    const int order = compare_cells(runs, a, b);
    if (order != 0) return order < 0;
    return runs.loss[a] != runs.loss[b] ? runs.loss[a] < runs.loss[b] : a < b;
  });
}

std::vector<Finding> inspect_mistakes(const RunTable& runs, const std::vector<std::size_t>& rows,
                                      const LawProbe& probe) {
  std::vector<Finding> out;
  find_constant_loss(runs, rows, probe, out);
  find_duplicates(runs, rows, out);
  const std::size_t before = out.size();
  for (const Variable v : probe.variables) {
    const bool large_count =
        v == Variable::kN || v == Variable::kD || v == Variable::kU || v == Variable::kC;
    if (!large_count) continue;  // a ratio has no unit to be mistaken in
    find_mixed_units(runs, rows, v, probe, out);
    find_small_column(runs, rows, v, v == Variable::kN ? 1e5 : 1e6, out);
  }
  if (probe.predicts_loss) find_odd_losses(runs, rows, probe, out);
  const bool named =
      std::any_of(out.begin() + static_cast<std::ptrdiff_t>(before), out.end(),
                  [](const Finding& f) { return f.severity == FindingSeverity::kSuspect; });
  if (!named && probe.predicts_loss) find_other_readings(runs, rows, probe, out);
  return out;
}

}  // namespace isoflop::detail
