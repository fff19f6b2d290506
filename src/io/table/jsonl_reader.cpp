#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "io/in_quotes.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
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

  void begin_row(std::size_t line) {
    table_.rows.emplace_back(table_.header.size());
    table_.line.push_back(line);
    next_column_ = 0;
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
  bool binary(nlohmann::json::binary_t&) { return refuse_value(); }
  bool start_array(std::size_t) { return refuse_value(); }
  bool end_array() { return true; }
  bool start_object(std::size_t) {
    if (in_object_) return refuse_value();
    in_object_ = true;
    return true;
  }
  bool end_object() {
    in_object_ = false;
    return true;
  }

  bool key(const std::string& name) {
    column_ = find_column(name);
    std::vector<std::string>& row = table_.rows.back();
    if (column_ == row.size()) row.emplace_back();
    if (last_row_[column_] == table_.rows.size()) {
      fault_ = "the key " + in_quotes(name) + " stands twice in one object; keep one of them";
      return false;
    }
    last_row_[column_] = table_.rows.size();
    const std::string name_fault = column_name_fault(name);
    if (!name_fault.empty()) {
      fault_ = "a key " + name_fault;
      return false;
    }
    expects_value_ = true;
    return true;
  }

  bool parse_error(std::size_t position, const std::string& last_read,
                   const nlohmann::json::exception& error) {
    constexpr int kNumberOverflow = 406;
    const char last = last_read.empty() ? '\0' : last_read.back();
    const bool is_not_finite = expects_value_ && (last == 'N' || last == 'I');
    if (error.id == kNumberOverflow) {
      fault_ = in_quotes(last_read) + " " + number_fault(last_read);
    } else {
      fault_ = "is not valid JSON at column " + std::to_string(position) + "; " +
               (is_not_finite ? "write null for NaN or Infinity" : kAdvice);
    }
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
      last_row_.push_back(0);
    }
    next_column_ = known->second + 1;
    return known->second;
  }

  bool take(std::string value) {
    if (!in_object_) return refuse_value();
    table_.rows.back()[column_] = std::move(value);
    expects_value_ = false;
    return true;
  }

  bool refuse_value() {
    fault_ = in_object_ ? "the value of " + in_quotes(table_.header[column_]) +
                              " is an object or array; write a number, a text, true, false or null"
                        : std::string("is not a JSON object; ") + kAdvice;
    return false;
  }

  TextTable& table_;
  std::unordered_map<std::string, std::size_t> positions_;  // by column name
  std::vector<std::size_t> last_row_;  // by column: number of rows when it was last set
  std::size_t column_ = 0;
  std::size_t next_column_ = 0;
  bool in_object_ = false;
  bool expects_value_ = false;  // a key has been read
  std::string fault_;
};

}  // namespace

TextTable read_jsonl(const std::string& path) {
  TextTable table;
  table.path = path;
  LineReader source(path);
  RowBuilder builder(table);
  while (source.next()) {
    const std::string& text = source.text();
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    builder.begin_row(source.line());
    if (!nlohmann::json::sax_parse(text, &builder)) {
      throw DataError(path, source.line(), builder.fault());
    }
  }
  if (table.rows.empty()) throw DataError(path, "is empty; write one JSON object per line");
  if (table.header.empty())
    throw DataError(path, 1, std::string("the objects have no keys, so no columns; ") + kAdvice);
  for (std::vector<std::string>& row : table.rows) row.resize(table.header.size());
  return table;
}

}  // namespace isoflop
