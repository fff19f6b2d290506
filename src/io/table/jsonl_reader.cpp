#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "io/in_quotes.hpp"
#include "io/json_file.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
#include "json_rows.hpp"
#include "text_readers.hpp"

namespace isoflop {
namespace {

constexpr const char* kAdvice = "write one object per line such as {\"N\": 7e10, \"loss\": 2.1}";

/// Takes the events of nlohmann's parser for one line after the other and fills the table in
/// passing, without a tree of values per line. A handler that returns false ends the parse; the
/// reason is in fault().
class RowBuilder {
 public:
  explicit RowBuilder(TextTable& table) : table_(table) {}

  /// Also takes back what was read of a row that is not yet ended.
  void begin_row() {
    row_.assign(table_.header.size(), "");
    is_given_.assign(table_.header.size(), false);
    next_column_ = depth_ = list_depth_ = 0;
    key_.clear();
    outer_.clear();
  }
  void end_row(std::size_t line) {
    table_.rows.add(row_);
    table_.line.push_back(line);
    require_room(table_.path, table_.rows.size(), table_.header.size(), num_given_);
  }
  const std::string& fault() const { return fault_; }

  // The names and signatures below are nlohmann's.
  bool null() { return take(""); }
  bool boolean(bool value) { return take(value ? "true" : "false"); }
  bool number_integer(nlohmann::json::number_integer_t value) {
    return take(std::to_string(value));
  }
  bool number_unsigned(nlohmann::json::number_unsigned_t value) {
    return take(std::to_string(value));
  }
  bool number_float(nlohmann::json::number_float_t value, const std::string&) {
    return take(format_number(value));
  }
  bool string(std::string& value) { return take(std::move(value)); }
  bool binary(nlohmann::json::binary_t&) { return take(""); }
  bool start_array(std::size_t) {
    if (list_depth_ == 0 && !take(std::string(kList))) return false;
    ++list_depth_;
    return true;
  }
  bool end_array() {
    --list_depth_;
    return true;
  }
  bool start_object(std::size_t) {
    if (list_depth_ > 0) {
      ++list_depth_;
    } else {
      if (depth_++ > 0) outer_.push_back(key_.size() + 1);
    }
    return true;
  }
  bool end_object() {
    if (list_depth_ > 0) {
      --list_depth_;
      return true;
    }
    if (--depth_ > 0) {
      key_.resize(outer_.back() - 1);
      outer_.pop_back();
    }
    return true;
  }

  bool key(const std::string& name) {
    if (list_depth_ > 0) return true;
    if (outer_.empty()) {
      key_ = name;
    } else {
      key_.resize(outer_.back() - 1);
      key_ += "." + name;
    }
    if (key_.size() <= kLongestKey) return true;
    fault_ =
        "the key " + in_quotes(key_) + " is longer than " + std::to_string(kLongestKey) + " bytes";
    return false;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
    fault_ = "is not valid JSON at column " + std::to_string(position) + "; " + kAdvice;
    return false;
  }

 private:
  /// Position of the column, which is new if it is the number of columns so far. Lines mostly
  /// repeat the keys of the line before in the same order, so the next column is tried first.
  std::size_t find_column(const std::string& name) {
    if (next_column_ < table_.header.size() && table_.header[next_column_] == name) {
      return next_column_++;
    }
    const auto [known, is_new] = positions_.emplace(name, table_.header.size());
    if (is_new) {
      table_.header.push_back(name);
      row_.emplace_back();
      is_given_.push_back(false);
    }
    next_column_ = known->second + 1;
    return known->second;
  }

  bool take(std::string value) {
    if (list_depth_ > 0) return true;
    if (depth_ == 0) {
      fault_ = std::string("is not a JSON object; ") + kAdvice;
      return false;
    }
    const std::size_t column = find_column(key_);
    if (is_given_[column]) {
      fault_ = "the key " + in_quotes(key_) + " stands twice in one object; keep one of them";
      return false;
    }
    is_given_[column] = true;
    ++num_given_;
    row_[column] = std::move(value);
    return true;
  }

  TextTable& table_;
  std::unordered_map<std::string, std::size_t> positions_;  // by column name
  std::vector<std::string> row_;                            // by column
  std::vector<bool> is_given_;                              // by column, of the row
  std::size_t num_given_ = 0;                               // fields of all rows
  std::size_t next_column_ = 0;
  std::size_t depth_ = 0, list_depth_ = 0;  // of objects; of lists and what is in them
  std::string key_;                         // with those of the objects around it
  std::vector<std::size_t> outer_;          // lengths of key_ with a dot at each object around
  std::string fault_;
};

}  // namespace

std::string with_quoted_numbers(std::string_view json) {
  std::string out;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text) {
      out += c;
      if (c == '\\' && i + 1 < json.size()) out += json[++i];
      in_text = c != '"';
      continue;
    }
    const std::size_t end = std::min(json.find_first_of(" \t\r\n,:]}[{\"", i), json.size());
    const std::string_view word = json.substr(i, end - i);
    if (word.empty()) {
      out += c;
      in_text = c == '"';
      continue;
    }
    const bool is_number =
        std::string_view("-0123456789NI").find(word[0]) != std::string_view::npos;
    out += is_number ? "\"" + std::string(word) + "\"" : std::string(word);
    i = end - 1;
  }
  return out;
}

TextTable read_jsonl(const std::string& path) {
  TextTable table;
  table.path = path;
  LineReader source(path, table.notes);
  RowBuilder builder(table);
  while (source.next()) {
    const std::string& text = source.text();
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (const auto excess = detail::json_excess(text)) {
      throw DataError(path, source.line(), *excess);
    }
    builder.begin_row();
    if (!nlohmann::json::sax_parse(text, &builder)) {
      const std::string fault = builder.fault();
      builder.begin_row();
      if (!nlohmann::json::sax_parse(with_quoted_numbers(text), &builder)) {
        throw DataError(path, source.line(), fault);
      }
    }
    builder.end_row(source.line());
  }
  if (table.rows.empty()) throw DataError(path, "is empty; write one JSON object per line");
  if (table.header.empty())
    throw DataError(path, 1, std::string("the objects have no keys, so no columns; ") + kAdvice);
  return table;
}

}  // namespace isoflop
