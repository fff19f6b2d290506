/// What the readers of read_text_table share; private to src/io.
#pragma once

#include <cstddef>
#include <fstream>
#include <string>
#include <string_view>

#include "isoflop/io/text_table.hpp"

namespace isoflop {

/// A text file line by line. Everything that tells a text file from something else is refused here:
/// a missing file, a directory, UTF-16, NUL bytes. A UTF-8 byte-order mark is skipped.
class LineReader {
 public:
  /// Throws DataError if the file cannot be opened.
  explicit LineReader(const std::string& path);

  /// Reads the next line into text() without its line feed; false at the end of the file.
  /// Throws DataError if the bytes are not text or cannot be read.
  bool next();

  const std::string& text() const { return text_; }
  std::size_t line() const { return line_; }  ///< from 1

 private:
  std::string path_;
  std::ifstream file_;
  std::string text_;
  std::size_t line_ = 0;
};

/// A field that says nothing: missing, or blanks only.
inline bool is_blank(std::string_view field) {
  return field.find_first_not_of(" \t") == std::string_view::npos;
}

/// What is wrong with a column name, as a clause without a subject; "" if nothing is.
std::string column_name_fault(const std::string& name);

/// Separated values with a header line. A field in double quotes may hold the delimiter, line ends
/// and doubled quotes; blanks around an unquoted field do not count.
TextTable read_csv(const std::string& path, char delimiter);

/// One JSON object of plain values per line.
TextTable read_jsonl(const std::string& path);

}  // namespace isoflop
