// The table in a Markdown text, as GitHub's dialect writes it.
#include <algorithm>
#include <string_view>
#include <utility>

#include "io/plain_text.hpp"
#include "isoflop/error.hpp"
#include "text_readers.hpp"

namespace isoflop {
namespace {

/// The cells of a line, as it stands between the bars.
std::vector<std::string> cells_of(std::string_view line) {
  line = trimmed(line);
  if (line.starts_with('|')) line.remove_prefix(1);
  std::vector<std::string> out(1);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|') {
      out.back() += line[++i];
    } else if (line[i] == '|') {
      if (i + 1 < line.size()) out.emplace_back();
    } else {
      out.back() += line[i];
    }
  }
  for (std::string& cell : out) cell = std::string(trimmed(cell));
  return out;
}

bool is_rule(std::string_view line) {
  if (line.find('-') == std::string_view::npos) return false;
  const std::vector<std::string> cells = cells_of(line);
  return std::all_of(cells.begin(), cells.end(), [](std::string_view cell) {
    if (cell.starts_with(':')) cell.remove_prefix(1);
    if (cell.ends_with(':')) cell.remove_suffix(1);
    return !cell.empty() && cell.find_first_not_of('-') == std::string_view::npos;
  });
}

/// [text](address) and ![text](address) as their text.
std::string without_links(std::string text) {
  for (std::size_t open = text.find('['); open != std::string::npos;
       open = text.find('[', open + 1)) {
    const std::size_t middle = text.find("](", open);
    const std::size_t close = middle == std::string::npos ? middle : text.find(')', middle);
    if (close == std::string::npos) break;
    const std::size_t begin = open > 0 && text[open - 1] == '!' ? open - 1 : open;
    text =
        text.substr(0, begin) + text.substr(open + 1, middle - open - 1) + text.substr(close + 1);
    open = begin;
  }
  return text;
}

std::string without_tags(std::string text) {
  for (const std::string_view tag : {"b", "strong", "i", "em", "code", "sub", "sup", "br", "br/"}) {
    for (const std::string_view open : {"<", "</"}) {
      const std::string mark = std::string(open) + std::string(tag) + ">";
      for (std::size_t at; (at = text.find(mark)) != std::string::npos;)
        text.erase(at, mark.size());
    }
  }
  return text;
}

/// Without the marks around all of it: bold, italic, code, struck out. What is longer than any name
/// or number stays as it is.
std::string plain_text(std::string_view cell) {
  constexpr std::size_t kLongest = 1'000;
  if (cell.size() > kLongest) return std::string(cell);
  std::string text = without_tags(without_links(std::string(cell)));
  for (bool changed = true; changed;) {
    changed = false;
    for (const std::string_view mark : {"**", "__", "~~", "`", "*", "_"}) {
      if (text.size() > 2 * mark.size() && text.starts_with(mark) && text.ends_with(mark)) {
        text = std::string(trimmed(text.substr(mark.size(), text.size() - 2 * mark.size())));
        changed = true;
      }
    }
  }
  return text;
}

}  // namespace

TextTable read_markdown(const std::string& path) {
  TextTable table;
  table.path = path;
  LineReader source(path, table.notes);
  std::vector<std::string> lines;
  while (source.next()) {
    lines.push_back(source.text());
    if (lines.back().ends_with('\r')) lines.back().pop_back();
  }

  std::vector<std::size_t> tables;  // positions of header lines
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    if (lines[i].find('|') == std::string::npos || !is_rule(lines[i + 1])) continue;
    if (cells_of(lines[i]).size() == cells_of(lines[i + 1]).size()) tables.push_back(i);
  }
  if (tables.empty()) {
    throw DataError(path,
                    "holds no table; a header line such as | N | D | loss | has a line of "
                    "dashes such as |---|---|---| below");
  }
  if (tables.size() > 1) {
    std::string places;
    for (const std::size_t i : tables)
      places += (places.empty() ? "" : ", ") + std::to_string(i + 1);
    throw DataError(path, "holds " + std::to_string(tables.size()) + " tables, on lines " + places +
                              "; keep one of them");
  }
  const std::size_t head = tables.front();
  for (const std::string& cell : cells_of(lines[head])) table.header.push_back(plain_text(cell));
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    if (table.header[i].empty()) table.header[i] = "Unnamed: " + std::to_string(i);
  }
  table.header_line = head + 1;
  std::size_t num_given = 0;
  for (std::size_t i = head + 2; i < lines.size(); ++i) {
    if (lines[i].find('|') == std::string::npos) break;
    std::vector<std::string> row;
    for (const std::string& cell : cells_of(lines[i])) row.push_back(plain_text(cell));
    if (row.size() > table.header.size()) {
      throw DataError(path, i + 1,
                      "has " + std::to_string(row.size()) + " cells, the header has " +
                          std::to_string(table.header.size()) + "; write \\| for a bar in a cell");
    }
    num_given += row.size();
    require_room(path, table.rows.size() + 1, table.header.size(), num_given);
    row.resize(table.header.size());
    table.rows.add(row);
    table.line.push_back(i + 1);
  }
  if (table.rows.empty()) throw DataError(path, head + 1, "the table has no rows");
  return table;
}

}  // namespace isoflop
