/// Tables of text fields from the files that people have: each field as the file spells it, not yet
/// a number, and the line that each row begins on, so that later errors can point at it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/io/text_rows.hpp"

namespace isoflop {

/// One thing that was read otherwise than it stands, or that a table did not say itself.
struct ReadNote {
  std::string text;      ///< without a full stop: "fields are separated by \";\""
  bool is_guess = true;  ///< something was decided that could have been meant otherwise
  std::string settles =
      {};  ///< what says it without a guess: "add --column n=params"; may be empty
};

struct TextTable {
  std::string path;
  std::vector<std::string> header;  ///< [num_columns], not empty; a name may stand twice
  TextRows rows;                    ///< [num_rows][num_columns], "" = missing
  std::vector<std::size_t> line;    ///< [num_rows] from 1, where the row begins
  std::size_t header_line = 1;      ///< 1 where there is no header line
  char delimiter = ',';             ///< between the fields; where ';' is, a comma may be decimal
  std::vector<ReadNote> notes;      ///< how the text was read
};

enum class TableFormat { kByName, kCsv, kTsv, kJsonl, kJson, kMarkdown };

/// csv, tsv, jsonl, json or md. Throws InvalidArgument (format) for anything else.
TableFormat parse_table_format(std::string_view name);

struct TableOptions {
  TableFormat format = TableFormat::kByName;
  /// [ACROSS=]VALUE turns a wide table into a long one: the columns whose names are numbers, or of
  /// the form "run - metric", become rows, their names a column ACROSS, their fields a column
  /// VALUE.
  std::string melt;
};

/// Reads the whole file into memory ("-": standard input); its extension, in either case and also
/// with .gz behind it, says how:
/// - .csv and .tsv: the first line that is neither blank nor a comment (#) names the columns, every
///   other one has as many fields; the header tells the separator, one of , ; tab and |; fields may
///   stand in double quotes;
/// - .jsonl and .ndjson: one object per line; the columns are the keys in the order in which they
///   first appear, those of inner objects with dots between them, and a missing key or null is an
///   empty field;
/// - .json: an array of such objects, or an object of equally long arrays, as pandas writes both;
/// - .md: the one table of a text, without its bold, code and links.
/// Blank lines are skipped, lines end in LF or CRLF, the text is UTF-8 with or without byte-order
/// mark, or UTF-16 with one. Numbers in JSON are kept to the last bit. There is at least one column
/// and one row. What was decided on the way is in `notes`.
/// Throws DataError for everything else, with the line where there is one.
TextTable read_text_table(const std::string& path, const TableOptions& options = {});

}  // namespace isoflop
