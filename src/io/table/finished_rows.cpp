// Rows of runs that did not finish.
#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "column_lookup.hpp"
#include "column_names.hpp"
#include "io/in_quotes.hpp"
#include "io/plain_text.hpp"
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
}  // namespace

DroppedRows keep_finished(const TextTable& table, const std::vector<Condition>& where,
                          std::vector<std::size_t>& rows, std::vector<ReadNote>& notes) {
  for (const std::size_t column : columns_named(table, "state")) {
    const std::string& name = table.header[column];
    if (std::any_of(where.begin(), where.end(),
                    [&](const Condition& c) { return c.column == name; })) {
      continue;
    }
    const auto is_finished = [&](std::size_t row) {
      return is_one_of(lower_case(trimmed(table.rows[row][column])), kFinished);
    };
    if (std::none_of(rows.begin(), rows.end(), is_finished)) continue;
    std::vector<std::string> others;  // as the table spells them
    DroppedRows dropped = keep_if(table, "", rows, [&](std::size_t row) {
      if (is_finished(row)) return true;
      const std::string word = one_line(trimmed(table.rows[row][column]));
      if (std::find(others.begin(), others.end(), word) == others.end()) others.push_back(word);
      return false;
    });
    if (dropped.count == 0) continue;
    std::string words, advice = "add";
    for (const std::string& word : others) {
      words += (words.empty() ? "" : ", ") + (word.empty() ? "empty" : word);
      advice += " " + field("where") + " " + shell_word(name + "!=" + word);
    }
    dropped.reason = "a state of its run: " + words;
    notes.push_back({std::to_string(dropped.count) + (dropped.count == 1 ? " row" : " rows") +
                         " left out whose " + in_quotes(name) + " is " + words + ": " +
                         lines_text(dropped.lines),
                     true, advice});
    return dropped;
  }
  return {};
}

}  // namespace isoflop
