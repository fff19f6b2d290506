#include <csv.h>

#include <algorithm>
#include <exception>
#include <new>
#include <string_view>
#include <unordered_map>
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

/// One pass over one file. libcsv splits the text into fields and calls back; the reader feeds it
/// line by line, so that it always knows which line a field is on.
class CsvReader {
 public:
  CsvReader(const std::string& path, char delimiter) : source_(path), delimiter_(delimiter) {
    table_.path = path;
    if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) != 0) throw std::bad_alloc();
    csv_set_delim(&parser_, static_cast<unsigned char>(delimiter));
    constexpr std::size_t kFieldGrowthBytes = 4096;
    csv_set_blk_size(&parser_, kFieldGrowthBytes);
  }
  ~CsvReader() { csv_free(&parser_); }
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  TextTable read() {
    while (source_.next()) feed(source_.text() + "\n");
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
    return std::move(table_);
  }

 private:
  /// `line` with its line feed.
  void feed(const std::string& line) {
    if (!in_record_ && !is_blank(line)) {
      in_record_ = true;
      record_line_ = source_.line();
    }
    const std::size_t num_read =
        csv_parse(&parser_, line.data(), line.size(), on_field, on_record, this);
    if (failure_) std::rethrow_exception(failure_);
    if (num_read == line.size()) return;
    if (csv_error(&parser_) != CSV_EPARSE) throw std::bad_alloc();
    std::string text =
        "a quote stands inside a field; put the whole field in quotes and write \"\"";
    text += " for a quote in it";
    if (record_line_ != source_.line()) {
      text += ", or close the quoted field of the record that begins on line " +
              std::to_string(record_line_);
    }
    fail(source_.line(), text);
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
      fail(source_.line(), "a carriage return stands inside the line; end lines with LF or CRLF");
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
      table_.rows.push_back(std::move(fields_));
      table_.line.push_back(record_line_);
    }
    fields_ = {};
    fields_.reserve(table_.header.size());
  }

  void check_header() const {
    if (std::all_of(fields_.begin(), fields_.end(),
                    [](const std::string& name) { return parse_number(name).has_value(); })) {
      fail(record_line_, "the first line holds numbers only; begin with a line of column names");
    }
    if (fields_.size() == 1 && fields_[0].find_first_of(";\t") != std::string::npos) {
      fail(record_line_, delimiter_ == ','
                             ? "the fields are not separated by commas; write commas between them"
                             : "the fields are not separated by tabs; write tabs between them");
    }
    std::unordered_map<std::string_view, std::size_t> positions;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      const std::string position = std::to_string(i + 1);
      const std::string fault = column_name_fault(fields_[i]);
      if (!fault.empty()) fail(record_line_, "column " + position + " " + fault);
      const auto [first, is_new] = positions.emplace(fields_[i], i + 1);
      if (!is_new) {
        fail(record_line_, "columns " + std::to_string(first->second) + " and " + position +
                               " are both named " + in_quotes(fields_[i]) +
                               "; give each column its own name");
      }
    }
  }

  void check_row() const {
    const std::size_t num_columns = table_.header.size();
    if (fields_.size() == num_columns) return;
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

  LineReader source_;
  char delimiter_;
  csv_parser parser_{};
  TextTable table_;
  std::vector<std::string> fields_;  // of the record being read
  bool in_record_ = false;
  std::size_t record_line_ = 1;
  std::exception_ptr failure_;
};

}  // namespace

TextTable read_csv(const std::string& path, char delimiter) {
  return CsvReader(path, delimiter).read();
}

}  // namespace isoflop
