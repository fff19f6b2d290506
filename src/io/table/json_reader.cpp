// Tables in one JSON document: rows as objects, or columns as arrays.
#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "column_names.hpp"
#include "io/in_quotes.hpp"
#include "io/json_file.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
#include "json_rows.hpp"
#include "text_readers.hpp"

namespace isoflop {
namespace {

/// Members in the order of the text, each put behind the last: nlohmann's own looks through all
/// those before, which takes hours where rows are the members of an object. That no key stands
/// twice UniqueKeys has seen.
template <class Key, class T, class Less = std::less<Key>,
          class Allocator = std::allocator<std::pair<const Key, T>>>
struct Members : nlohmann::ordered_map<Key, T, Less, Allocator> {
  using Base = nlohmann::ordered_map<Key, T, Less, Allocator>;
  using Base::Base;
  template <class Name>
  T& operator[](Name&& key) {
    return this->emplace_back(std::forward<Name>(key), T{}).second;
  }
};
using RowsJson = nlohmann::basic_json<Members>;

constexpr const char* kForms =
    "write an array of objects such as [{\"N\": 7e10, \"loss\": 2.1}], or an object of equally "
    "long arrays such as {\"N\": [7e10], \"loss\": [2.1]}";

std::string text_of(const RowsJson& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return format_number(value.get<double>());
  if (value.is_structured()) return std::string(kList);
  return value.dump();
}

class TableOfJson {
 public:
  explicit TableOfJson(TextTable& table) : table_(table) {}

  void read(const RowsJson& json) {
    if (json.is_array()) return add_rows(json);
    if (!json.is_object() || json.empty()) refuse("holds no table; ");
    if (is_split(json)) return add_split(json);
    const auto is_all = [&](auto holds) { return std::all_of(json.begin(), json.end(), holds); };
    if (is_all([](const RowsJson& v) { return v.is_object(); })) return add_objects(json);
    const RowsJson* only = nullptr;
    std::string name;
    for (const auto& [key, value] : json.items()) {
      if (!value.is_array() || value.empty() || !value.front().is_object()) continue;
      if (only != nullptr) refuse("holds more than one array of objects; ");
      only = &value;
      name = key;
    }
    if (only != nullptr) {
      table_.notes.push_back({"rows are those of " + in_quotes(name), !json.contains("schema"),
                              "write the array alone"});
      return add_rows(*only);
    }
    add_columns(json);
  }

 private:
  static bool is_split(const RowsJson& json) {
    const auto columns = json.find("columns"), data = json.find("data");
    return columns != json.end() && data != json.end() && columns->is_array() && data->is_array() &&
           !data->empty() && data->front().is_array();
  }

  void add_rows(const RowsJson& rows) {
    for (const RowsJson& row : rows) {
      if (!row.is_object()) refuse("has an entry that is no object; ");
      begin_row();
      flatten(row, "");
      end_row();
    }
  }

  /// pandas' orient="split".
  void add_split(const RowsJson& json) {
    const RowsJson& columns = json["columns"];
    for (const RowsJson& values : json["data"]) {
      if (!values.is_array() || values.size() != columns.size()) {
        refuse("has a row of another length than its columns; ");
      }
      begin_row();
      for (std::size_t i = 0; i < columns.size(); ++i) put(text_of(columns[i]), values[i]);
      end_row();
    }
  }

  /// Columns by row label, which is how pandas writes by default, or rows by their label.
  void add_objects(const RowsJson& json) {
    const auto is_number = [](const auto& item) { return parse_number(item.key()).has_value(); };
    const auto items = json.items();
    const bool numbered = std::all_of(items.begin(), items.end(), is_number);
    const auto inner = json.begin()->items();
    const bool inner_numbered = std::all_of(inner.begin(), inner.end(), is_number);
    const bool named = std::any_of(items.begin(), items.end(), [](const auto& item) {
      return !quantities_named(item.key()).empty();
    });
    if (numbered || !(inner_numbered || named)) {
      for (const auto& row : json.items()) {
        begin_row();
        flatten(row.value(), "");
        end_row();
      }
      return;
    }
    struct Cell {
      std::size_t column;
      const RowsJson& value;
    };
    std::unordered_map<std::string, std::size_t> labels;
    std::vector<std::vector<Cell>> rows;  // by label, in the order of the columns
    for (const auto& column : json.items()) {
      for (const auto& cell : column.value().items()) {
        const auto [label, is_new] = labels.emplace(cell.key(), rows.size());
        if (is_new) rows.emplace_back();
        rows[label->second].push_back({column_of(column.key()), cell.value()});
        ++num_given_;
      }
    }
    for (const std::vector<Cell>& row : rows) {
      begin_row();
      for (const Cell& cell : row) set(cell.column, cell.value);
      end_row();
    }
  }

  void add_columns(const RowsJson& json) {
    std::size_t num_rows = 0;
    for (const auto& [name, values] : json.items()) {
      if (!values.is_array()) continue;  // what describes the table
      if (num_rows > 0 && values.size() != num_rows) {
        refuse("has columns of different lengths (" + in_quotes(name) + "); ");
      }
      num_rows = values.size();
    }
    if (num_rows == 0) refuse("holds no table; ");
    for (std::size_t i = 0; i < num_rows; ++i) {
      begin_row();
      for (const auto& [name, values] : json.items()) {
        if (values.is_array()) put(name, values[i]);
      }
      end_row();
    }
  }

  void flatten(const RowsJson& object, const std::string& prefix) {
    for (const auto& [name, value] : object.items()) {
      if (prefix.size() + name.size() > kLongestKey) {
        throw DataError(table_.path, "the key " + in_quotes(prefix + name) + " is longer than " +
                                         std::to_string(kLongestKey) + " bytes");
      }
      if (value.is_object()) {
        flatten(value, prefix + name + ".");
      } else {
        put(prefix + name, value);
      }
    }
  }

  void begin_row() {
    row_.assign(table_.header.size(), "");
    is_given_.assign(table_.header.size(), false);
  }
  void end_row() {
    table_.rows.add(row_);
    table_.line.push_back(table_.rows.size());
    require_room(table_.path, table_.rows.size(), table_.header.size(), num_given_);
  }

  /// Position of the column, a new one where none has this name.
  std::size_t column_of(const std::string& name) {
    const auto [column, is_new] = positions_.emplace(name, table_.header.size());
    if (is_new) table_.header.push_back(name);
    return column->second;
  }

  void set(std::size_t column, const RowsJson& value) {
    if (column >= row_.size()) {
      row_.resize(table_.header.size());
      is_given_.resize(table_.header.size());
    }
    if (is_given_[column]) {
      throw DataError(table_.path, "the key " + in_quotes(table_.header[column]) +
                                       " stands twice in one object; keep one of them");
    }
    is_given_[column] = true;
    row_[column] = text_of(value);
  }

  void put(const std::string& name, const RowsJson& value) {
    ++num_given_;
    set(column_of(name), value);
  }

  [[noreturn]] void refuse(const std::string& fault) const {
    throw DataError(table_.path, fault + kForms);
  }

  TextTable& table_;
  std::unordered_map<std::string, std::size_t> positions_;
  std::size_t num_given_ = 0;     // fields of all rows
  std::vector<std::string> row_;  // by column
  std::vector<bool> is_given_;    // by column, of the row
};

/// Refuses a key that stands twice in one object; takes the events of nlohmann's parser, whose
/// names and signatures these are.
class UniqueKeys final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit UniqueKeys(const std::string& path) : path_(path) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool start_object(std::size_t) override {
    keys_.emplace_back();
    return true;
  }
  bool end_object() override {
    keys_.pop_back();
    return true;
  }
  bool key(string_t& name) override {
    if (keys_.back().insert(name).second) return true;
    throw DataError(path_,
                    "the key " + in_quotes(name) + " stands twice in one object; keep one of them");
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
    return false;  // to be reported by whoever parses
  }

 private:
  const std::string& path_;
  std::vector<std::unordered_set<std::string>> keys_;  // of the objects around
};

/// The document, with nlohmann's exceptions for what is none.
RowsJson parsed(const std::string& path, const std::string& text) {
  UniqueKeys keys(path);
  nlohmann::json::sax_parse(text, &keys);
  return RowsJson::parse(text);
}

std::string broken_json(const std::string& text, std::size_t at) {
  const std::string first = text.substr(0, text.find('\n'));
  if (first.size() + 1 < text.size() && RowsJson::accept(first)) {
    return "is not valid JSON; one object per line is JSON Lines: say " + field("format") +
           " jsonl";
  }
  const bool at_end =
      text.find_first_not_of(" \t\r\n", std::min(at, text.size())) == std::string::npos;
  return at_end ? "is not valid JSON: it ends too early; the file may be incomplete"
                : "is not valid JSON here";
}

/// The document, also with the numbers that Python writes and JSON lacks.
RowsJson any_json(const std::string& path, const std::string& text) {
  std::size_t at = text.size();
  try {
    return parsed(path, text);
  } catch (const RowsJson::parse_error& fault) {
    at = std::min(fault.byte, text.size());
  } catch (const RowsJson::exception&) {  // a number beyond a double
  }
  try {
    return parsed(path, with_quoted_numbers(text));
  } catch (const RowsJson::parse_error&) {
    const std::size_t last = text.find_last_not_of(" \t\r\n");
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(at, last));
    const auto line = static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
    throw DataError(path, line + 1, broken_json(text, at));
  }
}

/// A document stands in memory as a whole, ten times as large as its text.
constexpr std::size_t kMostDocumentBytes = std::size_t{256} << 20;

}  // namespace

TextTable read_json(const std::string& path) {
  TextTable table;
  table.path = path;
  std::string text;
  LineReader source(path, table.notes, kMostDocumentBytes);
  while (source.next()) {
    text += source.text() + "\n";
    if (text.size() > kMostDocumentBytes) {
      throw DataError(path, "holds more than " + std::to_string(kMostDocumentBytes >> 20) +
                                " MiB; write a table of that size as CSV or JSON Lines");
    }
  }
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
    throw DataError(path, std::string("is empty; ") + kForms);
  }
  if (const auto excess = detail::json_excess(text)) throw DataError(path, *excess);
  const RowsJson json = any_json(path, text);
  TableOfJson(table).read(json);
  if (table.rows.empty() || table.header.empty()) {
    throw DataError(path, std::string("holds no rows; ") + kForms);
  }
  return table;
}

}  // namespace isoflop
