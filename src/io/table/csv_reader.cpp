#include <csv.h>

#include <algorithm>
#include <exception>
#include <new>
#include <optional>
#include <string_view>
#include <utility>

#include "io/in_quotes.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
#include "text_readers.hpp"

namespace isoflop {
namespace {

bool is_all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// If `fields` has more than `num_expected` entries because commas inside numbers split them
/// (1,234,567), a clause that says so for the first such number; otherwise "".
std::string split_number_hint(const std::vector<std::string>& fields, std::size_t num_expected) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!is_all_digits(fields[i]) || fields[i].size() > 3 || fields[i].front() == '0') continue;
    std::string number = fields[i];
    std::string spelled = fields[i];
    const std::size_t max_end = std::min(fields.size(), i + 1 + fields.size() - num_expected);
    for (std::size_t j = i + 1; j < max_end; ++j) {
      if (!is_all_digits(std::string_view(fields[j]).substr(0, 3)) || fields[j].size() < 3) break;
      if (fields[j].size() > 3 && fields[j][3] != '.') break;
      number += fields[j];
      spelled += "," + fields[j];
      if (fields[j].size() > 3) break;
    }
    if (number.size() > fields[i].size()) {
      return in_quotes(spelled) + " looks like one number; write " + number + " without separators";
    }
  }
  return "";
}

/// What stands outside of quotes, split at `delimiter`: the number of fields of a line.
std::size_t num_fields(std::string_view line, char delimiter) {
  bool quoted = false;
  std::size_t out = 1;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (c == delimiter && !quoted) ++out;
  }
  return out;
}

/// The separator that splits `header` into the most fields; `usual` where none splits it into more.
char delimiter_of(std::string_view header, char usual) {
  char best = usual;
  for (const char c : {',', ';', '\t', '|'}) {
    if (num_fields(header, c) > num_fields(header, best)) best = c;
  }
  return best;
}

std::string name_of(char delimiter) {
  return delimiter == '\t' ? "tabs" : std::string("\"") + delimiter + "\"";
}

/// One pass over one file. libcsv splits the text into fields and calls back; the reader feeds it
/// line by line, so that it always knows which line a field is on.
class CsvReader {
 public:
  CsvReader(const std::string& path, char delimiter)
      : source_(path, table_.notes), delimiter_(delimiter) {
    table_.path = path;
    if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) != 0) throw std::bad_alloc();
    constexpr std::size_t kFieldGrowthBytes = 4096;
    csv_set_blk_size(&parser_, kFieldGrowthBytes);
  }
  ~CsvReader() { csv_free(&parser_); }
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  TextTable read() {
    read_opening();
    while (source_.next()) feed(source_.text() + "\n", source_.line());
    if (csv_fini(&parser_, on_field, on_record, this) != 0) {
      fail(record_line_, "a quoted field of this record is never closed; add the missing \"");
    }
    if (failure_) std::rethrow_exception(failure_);
    if (table_.header.empty()) {
      throw DataError(table_.path, "is empty; write a line of column names, then one line per run");
    }
    if (table_.rows.empty()) {
      fail(table_.header_line, "there are column names but no rows; write one line per run below");
    }
    if (num_cut_ > 0) {
      table_.notes.push_back({"a separator behind the last field is left out (" +
                                  std::to_string(num_cut_) + (num_cut_ == 1 ? " row)" : " rows)"),
                              false});
    }
    name_columns();
    return std::move(table_);
  }

 private:
  /// The next line that is not blank, with its number; nothing at the end.
  std::optional<std::pair<std::string, std::size_t>> next_line() {
    while (source_.next()) {
      if (source_.text().find_first_not_of(" \t\r") == std::string::npos) continue;
      return std::pair(source_.text(), source_.line());
    }
    return std::nullopt;
  }

  /// The comments before the header, the header, and the row below it: both tell the separator.
  void read_opening() {
    auto header = next_line();
    std::size_t num_comments = 0;
    if (header && header->first.starts_with("sep=") && header->first.size() >= 5 &&
        header->first.find_last_not_of("\r") == 4) {  // as spreadsheets write it
      table_.notes.push_back({"the first line names the separator", false});
      header = next_line();
    }
    auto below = header ? next_line() : std::nullopt;
    while (header && below && header->first.starts_with('#') &&
           !is_header_of(header->first, below->first)) {
      ++num_comments;
      header = std::move(below);
      below = next_line();
    }
    if (!header) return;
    if (num_comments > 0) {
      table_.notes.push_back(
          {"comment lines before the header are left out (" + std::to_string(num_comments) + ")",
           false});
    }
    const char found = delimiter_of(header->first, delimiter_);
    if (found != delimiter_ &&
        (num_fields(header->first, delimiter_) == 1 ||
         (below && num_fields(below->first, found) == num_fields(header->first, found) &&
          num_fields(below->first, delimiter_) != num_fields(header->first, delimiter_)))) {
      delimiter_ = found;
      table_.notes.push_back({"fields are separated by " + name_of(delimiter_), false});
    }
    table_.delimiter = delimiter_;
    csv_set_delim(&parser_, static_cast<unsigned char>(delimiter_));
    feed(header->first + "\n", header->second);
    if (below) feed(below->first + "\n", below->second);
  }

  bool is_header_of(const std::string& comment, const std::string& line) const {
    const char delimiter = delimiter_of(comment, delimiter_);
    const std::size_t size = num_fields(comment, delimiter);
    if (size < 2 || num_fields(line, delimiter) != size) return false;
    for (std::size_t begin = 0; begin <= line.size();) {
      const std::size_t end = std::min(line.find(delimiter, begin), line.size());
      if (parse_number(std::string_view(line).substr(begin, end - begin))) return true;
      begin = end + 1;
    }
    return false;
  }

  /// `text` with its line feed.
  void feed(const std::string& text, std::size_t line) {
    line_ = line;
    if (!in_record_ && !is_blank(text)) {
      in_record_ = true;
      record_line_ = line;
    }
    const std::size_t num_read =
        csv_parse(&parser_, text.data(), text.size(), on_field, on_record, this);
    if (failure_) std::rethrow_exception(failure_);
    if (num_read == text.size()) return;
    if (csv_error(&parser_) != CSV_EPARSE) throw std::bad_alloc();
    std::string fault =
        "a quote stands inside a field; put the whole field in quotes and write \"\"";
    fault += " for a quote in it";
    if (record_line_ != line) {
      fault += ", or close the quoted field of the record that begins on line " +
               std::to_string(record_line_);
    }
    fail(line, fault);
  }

  bool is_blank(std::string_view line) const {
    return line.find_first_not_of(delimiter_ == '\t' ? " \r\n" : " \t\r\n") ==
           std::string_view::npos;
  }

  // An exception must not pass through the C frames of libcsv: it waits in failure_ instead.
  static void on_field(void* text, std::size_t size, void* self) noexcept {
    static_cast<CsvReader*>(self)->guard([&](CsvReader& reader) {
      reader.take_field(std::string_view(static_cast<const char*>(text), size));
    });
  }
  static void on_record(int, void* self) noexcept {
    static_cast<CsvReader*>(self)->guard([](CsvReader& reader) { reader.take_record(); });
  }
  template <typename Action>
  void guard(Action action) noexcept {
    if (failure_) return;
    try {
      action(*this);
    } catch (...) {
      failure_ = std::current_exception();
    }
  }

  void take_field(std::string_view text) {
    if (!in_record_) {
      fail(line_, "a carriage return stands inside the line; end lines with LF or CRLF");
    }
    fields_.emplace_back(text);
  }

  void take_record() {
    in_record_ = false;
    if (table_.header.empty()) {
      check_header();
      table_.header = std::move(fields_);
      table_.header_line = record_line_;
    } else {
      check_row();
      table_.rows.add(fields_);
      table_.line.push_back(record_line_);
    }
    fields_.clear();
  }

  void check_header() const {
    if (std::all_of(fields_.begin(), fields_.end(),
                    [](const std::string& name) { return parse_number(name).has_value(); })) {
      fail(record_line_, "the first line holds numbers only; begin with a line of column names");
    }
  }

  /// Names for columns that have none, as pandas gives them.
  void name_columns() {
    for (std::size_t i = 0; i < table_.header.size(); ++i) {
      if (!isoflop::is_blank(table_.header[i])) continue;
      table_.header[i] = "Unnamed: " + std::to_string(i);
      if (i == 0) {
        table_.notes.push_back({"the first column has no name; it is taken for an index", false});
      }
    }
  }

  void check_row() {
    const std::size_t num_columns = table_.header.size();
    if (fields_.size() == num_columns) return;
    if (fields_.size() > num_columns &&
        std::all_of(fields_.begin() + static_cast<std::ptrdiff_t>(num_columns), fields_.end(),
                    [](const std::string& field) { return isoflop::is_blank(field); })) {
      fields_.resize(num_columns);
      ++num_cut_;
      return;
    }
    // Row names as R writes them: one field more than names.
    const bool is_row_name = delimiter_ == '\t' && fields_.size() == num_columns + 1 &&
                             table_.rows.empty() &&
                             (fields_[0] == "1" || !parse_number(fields_[0]));
    if (is_row_name) {
      table_.header.insert(table_.header.begin(), "");
      return;
    }
    std::string text = "has " + std::to_string(fields_.size()) +
                       (fields_.size() == 1 ? " field" : " fields") + ", the header has " +
                       std::to_string(num_columns) + "; ";
    if (fields_.size() < num_columns) {
      fail(record_line_, text + "keep the separators around a missing value");
    }
    const std::string hint = delimiter_ == ',' ? split_number_hint(fields_, num_columns) : "";
    fail(record_line_, text + (hint.empty() ? "quote a field that holds a separator" : hint));
  }

  [[noreturn]] void fail(std::size_t line, const std::string& text) const {
    throw DataError(table_.path, line, text);
  }

  TextTable table_;
  LineReader source_;
  char delimiter_;
  csv_parser parser_{};
  std::vector<std::string> fields_;  // of the record being read
  bool in_record_ = false;
  std::size_t line_ = 1, record_line_ = 1;
  std::size_t num_cut_ = 0;  // rows with separators behind their last field
  std::exception_ptr failure_;
};

}  // namespace

TextTable read_csv(const std::string& path, char delimiter) {
  return CsvReader(path, delimiter).read();
}

}  // namespace isoflop
