// Rows of runs that did not finish.
#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "column_names.hpp"
#include "io/in_quotes.hpp"
#include "io/plain_text.hpp"
#include "isoflop/core/word_list.hpp"
#include "isoflop/error.hpp"
#include "row_filter.hpp"

namespace isoflop {
namespace {

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::array<std::string_view, 9> kFinished{"finished",  "finish",     "completed",
                                                    "complete",  "done",       "success",
                                                    "succeeded", "successful", "ok"};
constexpr std::array<std::string_view, 20> kUnfinished{
    "crashed", "crash",   "failed",      "failure", "fail",      "running",  "killed",
    "pending", "queued",  "error",       "aborted", "cancelled", "canceled", "timeout",
    "oom",     "stopped", "interrupted", "paused",  "preempted", "diverged"};

}  // namespace

DroppedRows keep_finished(const TextTable& table, const std::vector<Condition>& where,
                          std::vector<std::size_t>& rows, std::vector<ReadNote>& notes) {
  for (const std::size_t column : columns_named(table, "state")) {
    const std::string& name = table.header[column];
    if (std::any_of(where.begin(), where.end(),
                    [&](const Condition& c) { return c.column == name; })) {
      continue;
    }
    bool any_finished = false, any_unfinished = false;
    std::vector<std::string> others;
    for (const std::size_t row : rows) {
      const std::string word = lower_case(trimmed(table.rows[row][column]));
      any_finished = any_finished || is_one_of(word, kFinished);
      any_unfinished = any_unfinished || is_one_of(word, kUnfinished);
      const bool is_other = !word.empty() && !is_one_of(word, kFinished);
      if (is_other && std::find(others.begin(), others.end(), word) == others.end()) {
        others.push_back(word);
      }
    }
    if (!any_finished || !any_unfinished) continue;
    DroppedRows dropped =
        keep_if(table, "a state of its run: " + joined(others, ", "), rows, [&](std::size_t row) {
          const std::string word = lower_case(trimmed(table.rows[row][column]));
          return word.empty() || is_one_of(word, kFinished);
        });
    notes.push_back({std::to_string(dropped.count) + (dropped.count == 1 ? " row" : " rows") +
                         " left out whose " + in_quotes(name) + " is " + joined(others, ", ") +
                         ": " + lines_text(dropped.lines),
                     true, "add " + field("where") + " '" + name + "=finished'"});
    return dropped;
  }
  return {};
}

}  // namespace isoflop
