#include "melt.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "cell_reader.hpp"
#include "io/in_quotes.hpp"
#include "io/plain_text.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
#include "text_readers.hpp"

namespace isoflop {
namespace {

constexpr std::string_view kChart = " - ";  // between run and metric in an exported chart

/// Columns that lie across, and the names that the table itself gives.
struct Wide {
  std::vector<std::size_t> across;
  std::vector<std::string> labels;  // [across]
  std::string first, name, value;   // of the first column, of the labels, of the fields
};

/// "run - train/loss" beside "run - train/loss__MIN" and "..__MAX", as charts are exported.
Wide chart_of(const TextTable& table) {
  Wide out;
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    const std::string& name = table.header[i];
    const std::size_t at = name.rfind(kChart);
    if (at == std::string::npos || name.ends_with("__MIN") || name.ends_with("__MAX")) continue;
    const std::string metric = name.substr(at + kChart.size());
    if (!out.value.empty() && metric != out.value) return {};
    out.value = metric;
    out.across.push_back(i);
    out.labels.push_back(name.substr(0, at));
  }
  out.name = "run";
  return out.across.size() > 1 ? out : Wide{};
}

/// Columns whose names are numbers: budgets, sizes.
Wide numbers_of(const TextTable& table) {
  Wide out;
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    if (!parse_number(table.header[i])) continue;
    out.across.push_back(i);
    out.labels.push_back(table.header[i]);
  }
  const std::string& corner = table.header.front();
  for (const char* sign : {"\\", "/"}) {
    const std::size_t at = corner.find(sign);
    if (at == std::string::npos || !out.name.empty()) continue;
    out.first = trimmed(std::string_view(corner).substr(0, at));
    out.name = trimmed(std::string_view(corner).substr(at + 1));
  }
  return out.across.size() > 1 ? out : Wide{};
}

Wide wide_of(const TextTable& table) {
  Wide out = chart_of(table);
  return out.across.empty() ? numbers_of(table) : out;
}

}  // namespace

TextTable melted(TextTable wide, const std::string& words) {
  const Wide found = wide_of(wide);
  if (found.across.empty()) {
    throw DataError(wide.path, wide.header_line,
                    field("melt") +
                        ": no columns lie across: names that are numbers, or of the "
                        "form \"run - metric\"");
  }
  const std::size_t mark = words.find('=');
  const std::string value(trimmed(mark == std::string::npos ? words : words.substr(mark + 1)));
  std::string name(mark == std::string::npos ? "" : trimmed(words.substr(0, mark)));
  if (name.empty()) name = found.name.empty() ? "across" : found.name;
  if (value.empty()) {
    throw InvalidArgument("melt", field("melt") + " [ACROSS=]VALUE: name what the fields hold");
  }
  TextTable out;
  out.path = wide.path;
  out.header_line = wide.header_line;
  out.delimiter = wide.delimiter;
  out.notes = std::move(wide.notes);
  std::vector<bool> is_across(wide.header.size(), false);
  for (const std::size_t i : found.across) is_across[i] = true;
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < wide.header.size(); ++i) {
    const std::string& column = wide.header[i];
    if (is_across[i] || column.ends_with("__MIN") || column.ends_with("__MAX")) continue;
    kept.push_back(i);
    out.header.push_back(i == 0 && !found.first.empty() ? found.first : column);
  }
  out.header.push_back(name);
  out.header.push_back(value);
  require_room(wide.path, wide.rows.size() * found.across.size(), out.header.size(),
               wide.rows.size() * wide.header.size());
  for (std::size_t row = 0; row < wide.rows.size(); ++row) {
    for (std::size_t i = 0; i < found.across.size(); ++i) {
      const std::string_view cell = wide.rows[row][found.across[i]];
      if (is_missing(cell)) continue;  // a size that was not trained at this budget
      std::vector<std::string> made;
      for (const std::size_t k : kept) made.emplace_back(wide.rows[row][k]);
      made.push_back(found.labels[i]);
      made.emplace_back(cell);
      out.rows.add(made);
      out.line.push_back(wide.line[row]);
    }
  }
  if (out.rows.empty()) throw DataError(wide.path, "no field of the columns across holds a value");
  out.notes.push_back({std::to_string(found.across.size()) + " columns across became rows: " +
                           in_quotes(name) + " and " + in_quotes(value),
                       false});
  return out;
}

std::string melt_advice(const TextTable& table) {
  const Wide found = wide_of(table);
  if (found.across.size() < 2) return "";
  const std::string name = found.name.empty() ? "ACROSS" : "";
  return "this is a wide table, with " + std::to_string(found.across.size()) +
         " columns across: " + field("melt") + " " + (name.empty() ? "" : name + "=") + "loss " +
         "makes rows of them";
}

}  // namespace isoflop
