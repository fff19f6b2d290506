/// What the readers of read_text_table share; private to src/io.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/error.hpp"
#include "isoflop/io/text_table.hpp"
#include "isoflop/io/whole_file.hpp"

namespace isoflop {

/// Throws DataError where there is nothing, or a directory.
void require_file(const std::string& path);

/// A text line by line, as UTF-8: of a file, one that gzip packed, or standard input ("-"); UTF-16
/// with a byte-order mark is decoded. What was done is added to `notes`. Everything that tells a
/// text from something else is refused here: a missing file, a directory, NUL bytes, a line without
/// end. A UTF-8 byte-order mark is skipped.
class LineReader {
 public:
  /// A record of a million fields takes a fifth of that.
  static constexpr std::size_t kMostLineBytes = std::size_t{64} << 20;

  /// Throws DataError if the file cannot be opened or decoded.
  LineReader(const std::string& path, std::vector<ReadNote>& notes,
             std::size_t most_bytes = kMostLineBytes);

  /// Reads the next line into text() without its line feed; false at the end of the file.
  /// Throws DataError if the bytes are not text or cannot be read, or if the file is not the one
  /// that it was at the beginning.
  bool next();

  const std::string& text() const { return text_; }
  std::size_t line() const { return line_; }  ///< from 1

 private:
  std::string path_;
  std::size_t most_bytes_;  // of a line
  std::unique_ptr<FilePieces> file_;
  std::string piece_, text_;
  std::size_t at_ = 0;  // of what was not yet read in the piece
  std::size_t line_ = 0;
};

/// A field that says nothing: missing, or blanks only.
inline bool is_blank(std::string_view field) {
  return field.find_first_not_of(" \t") == std::string_view::npos;
}

/// Refuses a table of which nearly every field is missing, `num_given` aside, and which would take
/// far more room than its text. Throws DataError.
inline void require_room(const std::string& path, std::size_t num_rows, std::size_t num_columns,
                         std::size_t num_given) {
  constexpr std::size_t kFewFields = 10'000'000, kMostPerGiven = 100;
  if (num_columns == 0 ||
      num_rows <= std::max(kFewFields, kMostPerGiven * num_given) / num_columns) {
    return;
  }
  throw DataError(path, "has " + std::to_string(num_rows) + " rows and " +
                            std::to_string(num_columns) + " columns, of which all but " +
                            std::to_string(num_given) + " fields are missing");
}

/// Of the name of a column, with those of the objects around.
inline constexpr std::size_t kLongestKey = 1'000;

/// The readers, one per TableFormat. Each gives at least one column and one row, or throws
/// DataError.

/// Separated values with a header line. A field in double quotes may hold the separator, line ends
/// and doubled quotes; blanks around an unquoted field do not count. `delimiter` is the one that
/// the format says; the header decides.
TextTable read_csv(const std::string& path, char delimiter);

/// One JSON object per line.
TextTable read_jsonl(const std::string& path);

/// One JSON document: rows as an array of objects, or columns as an object of arrays.
TextTable read_json(const std::string& path);

/// The one table of a Markdown text.
TextTable read_markdown(const std::string& path);

}  // namespace isoflop
