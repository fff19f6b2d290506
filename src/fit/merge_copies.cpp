#include "isoflop/fit/merge_copies.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <string_view>

#include "fit/inspect_parts.hpp"

namespace isoflop {
namespace {

constexpr double kSameCell = 1e-3;      // relative, of every variable
constexpr double kSameLoss = 1e-4;      // relative, of two losses
constexpr double kSmallScatter = 2e-4;  // of many losses, in ln L
constexpr std::size_t kMany = 5;

using Rows = std::vector<std::size_t>;

/// Cuts rows, which it sorts by `column`, wherever two neighbours are further apart than `width`.
/// Pieces of one row are left out.
std::vector<Rows> cut(const std::vector<double>& column, Rows rows, double width) {
  std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    return column[a] != column[b] ? column[a] < column[b] : a < b;
  });
  std::vector<Rows> out;
  for (std::size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
    for (end = begin + 1; end < rows.size(); ++end) {
      if (column[rows[end]] > column[rows[end - 1]] * (1.0 + width)) break;
    }
    if (end - begin == 1) continue;
    out.emplace_back(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                     rows.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return out;
}

bool lies_within(const std::vector<double>& column, const Rows& rows, double width) {
  double low = column[rows.front()], high = low;
  for (const std::size_t row : rows) {
    low = std::min(low, column[row]);
    high = std::max(high, column[row]);
  }
  return high <= low * (1.0 + width);
}

double scatter_of_log(const std::vector<double>& loss, const Rows& rows) {
  double mean = 0.0, squares = 0.0;
  const double n = static_cast<double>(rows.size());
  for (const std::size_t row : rows) mean += std::log(loss[row]) / n;
  for (const std::size_t row : rows) squares += std::pow(std::log(loss[row]) - mean, 2);
  return std::sqrt(squares / (n - 1.0));
}

/// Rows that may be copies of each other, one list for each group of several rows and one for all
/// others: where two runs were recorded at several points, a point that both passed is no copy.
std::vector<Rows> comparable_rows(const RunTable& runs) {
  std::vector<Rows> out(1);
  std::map<std::string_view, Rows> of_group;
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    if (!runs.weight.empty() && !(runs.weight[i] > 0.0)) continue;
    (runs.group.empty() ? out.front() : of_group[runs.group[i]]).push_back(i);
  }
  for (auto& [group, rows] : of_group) {
    if (rows.size() == 1) {
      out.front().push_back(rows.front());
    } else {
      out.push_back(std::move(rows));
    }
  }
  return out;
}

/// By its first row, all rows of a run that stands in the table more than once.
using RowsByFirst = std::map<std::size_t, Rows>;

/// Keeps the first of rows that are equal in every column and in loss, and adds all of them to
/// `copies`.
void keep_first_of_equal(const RunTable& runs, Rows& rows, RowsByFirst& copies) {
  detail::sort_by_cell(runs, rows);
  std::size_t num_kept = 0;
  for (const std::size_t row : rows) {
    const std::size_t last = num_kept > 0 ? rows[num_kept - 1] : row;
    const bool same = num_kept > 0 && runs.loss[row] == runs.loss[last] &&
                      detail::compare_cells(runs, row, last) == 0;
    if (same) {
      copies.try_emplace(last, Rows{last}).first->second.push_back(row);
    } else {
      rows[num_kept++] = row;
    }
  }
  rows.resize(num_kept);
}

bool is_one_run(const RunTable& runs, const Rows& rows) {
  const bool one_cell = std::all_of(
      runs.columns.begin(), runs.columns.end(),
      [&](const auto& column) { return column.empty() || lies_within(column, rows, kSameCell); });
  return one_cell && (lies_within(runs.loss, rows, kSameLoss) ||
                      (rows.size() >= kMany && scatter_of_log(runs.loss, rows) < kSmallScatter));
}

/// Groups of the given rows that differ by less than two trainings of one run would.
std::vector<Rows> jittered(const RunTable& runs, Rows rows) {
  std::vector<Rows> parts{std::move(rows)}, out;
  for (const auto& column : runs.columns) {
    if (column.empty()) continue;
    std::vector<Rows> finer;
    for (Rows& part : parts) {
      for (Rows& piece : cut(column, std::move(part), kSameCell)) finer.push_back(std::move(piece));
    }
    parts = std::move(finer);
  }
  for (Rows& part : parts) {
    const std::size_t num_in_cell = part.size();
    std::vector<Rows> tight;
    std::size_t num_tight = 0;
    for (Rows& piece : cut(runs.loss, std::move(part), kSameLoss)) {
      if (!is_one_run(runs, piece)) continue;
      num_tight += piece.size();
      tight.push_back(std::move(piece));
    }
    // Among many seeds of a cell some lie near each other; of copies, most do.
    if (2 * num_tight < num_in_cell) continue;
    for (Rows& piece : tight) out.push_back(std::move(piece));
  }
  return out;
}

}  // namespace

MergedRuns merge_copies(const RunTable& runs) {
  RowsByFirst copies;
  std::vector<Rows> pieces;
  std::size_t num_distinct = 0, num_near = 0;
  for (Rows& rows : comparable_rows(runs)) {
    keep_first_of_equal(runs, rows, copies);
    num_distinct += rows.size();
    for (Rows& piece : jittered(runs, std::move(rows))) {
      num_near += piece.size();
      pieces.push_back(std::move(piece));
    }
  }
  const bool is_habit = 2 * num_near >= num_distinct;
  for (const Rows& piece : pieces) {
    if (!is_habit && piece.size() < kMany) continue;
    Rows all;
    for (const std::size_t row : piece) {
      const auto equal = copies.extract(row);
      if (equal.empty()) {
        all.push_back(row);
      } else {
        all.insert(all.end(), equal.mapped().begin(), equal.mapped().end());
      }
    }
    std::sort(all.begin(), all.end());
    const std::size_t first = all.front();
    copies[first] = std::move(all);
  }
  MergedRuns out;
  std::vector<bool> is_copy(runs.num_runs(), false);
  for (auto& [first, rows] : copies) {
    for (const std::size_t row : rows) is_copy[row] = row != first;
    out.copies.push_back({std::move(rows)});
  }
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    if (!is_copy[i]) out.kept.push_back(i);
  }
  return out;
}

std::string describe_copies(const MergedRuns& merged, const RunTable& from) {
  constexpr std::size_t kShown = 3;
  if (merged.copies.empty()) return "";
  const std::size_t num_copies = from.num_runs() - merged.kept.size();
  std::string out = detail::counted(num_copies, "row") +
                    (num_copies == 1 ? " is a copy" : " are copies") +
                    " of another run and counted once with it: ";
  for (std::size_t i = 0; i < std::min(merged.copies.size(), kShown); ++i) {
    out += (i == 0 ? "" : "; ") + detail::places(from, merged.copies[i].rows);
  }
  if (merged.copies.size() > kShown) {
    out += "; and " + detail::counted(merged.copies.size() - kShown, "more run");
  }
  return out;
}

}  // namespace isoflop
