#include "isoflop/io/text_table.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "io/in_quotes.hpp"
#include "io/plain_text.hpp"
#include "isoflop/core/word_list.hpp"
#include "isoflop/error.hpp"
#include "melt.hpp"
#include "text_readers.hpp"

namespace isoflop {

namespace {

struct TextFormat {
  TableFormat format;
  std::string_view name;
  std::array<std::string_view, 2> extensions;
};

constexpr std::array<TextFormat, 5> kTextFormats{
    {{TableFormat::kCsv, "csv", {".csv", ""}},
     {TableFormat::kTsv, "tsv", {".tsv", ""}},
     {TableFormat::kJsonl, "jsonl", {".jsonl", ".ndjson"}},
     {TableFormat::kJson, "json", {".json", ""}},
     {TableFormat::kMarkdown, "md", {".md", ".markdown"}}}};

std::string extension_of(const std::filesystem::path& path) {
  return lower_case(path.extension().string());
}

/// For tables that other programs write and this one does not read: what to do with one.
std::string foreign_fault(const std::string& extension) {
  struct Foreign {
    std::string_view extension, name, reader;
  };
  static constexpr std::array<Foreign, 7> kForeign{{{".parquet", "Parquet", "read_parquet"},
                                                    {".feather", "Arrow", "read_feather"},
                                                    {".arrow", "Arrow", "read_feather"},
                                                    {".pkl", "a Python pickle", "read_pickle"},
                                                    {".xlsx", "an Excel workbook", "read_excel"},
                                                    {".xls", "an Excel workbook", "read_excel"},
                                                    {".ods", "a spreadsheet", "read_excel"}}};
  for (const Foreign& f : kForeign) {
    if (extension == f.extension) {
      return "is " + std::string(f.name) +
             ", which is not read here; export it as CSV (pandas: " + std::string(f.reader) +
             "(...).to_csv(\"runs.csv\", index=False))";
    }
  }
  return "";
}

TableFormat format_of(const std::string& path) {
  if (path == "-") {
    throw InvalidArgument("format", "standard input has no name that says how to read it: say " +
                                        field("format") + " csv, tsv, json, jsonl or md");
  }
  require_file(path);
  std::string extension = extension_of(path);
  if (extension == ".gz") extension = extension_of(std::filesystem::path(path).stem());
  for (const TextFormat& f : kTextFormats) {
    if (extension == f.extensions[0] ||
        (!f.extensions[1].empty() && extension == f.extensions[1])) {
      return f.format;
    }
  }
  const std::string foreign = foreign_fault(extension);
  if (!foreign.empty()) throw DataError(path, foreign);
  throw DataError(path, "has no extension that says how to read it (.csv, .tsv, .json, .jsonl, " +
                            std::string(".ndjson or .md, also with .gz); say ") + field("format") +
                            " csv, tsv, json, jsonl or md");
}

TextTable read_as(const std::string& path, TableFormat format) {
  switch (format) {
    case TableFormat::kByName:
      break;
    case TableFormat::kCsv:
      return read_csv(path, ',');
    case TableFormat::kTsv:
      return read_csv(path, '\t');
    case TableFormat::kJsonl:
      return read_jsonl(path);
    case TableFormat::kJson:
      return read_json(path);
    case TableFormat::kMarkdown:
      return read_markdown(path);
  }
  return read_as(path, format_of(path));
}

}  // namespace

TableFormat parse_table_format(std::string_view name) {
  for (const TextFormat& f : kTextFormats) {
    if (f.name == name) return f.format;
  }
  throw InvalidArgument(
      "format", field("format") + " " + in_quotes(name) + " is none of csv, tsv, json, jsonl, md");
}

TextTable read_text_table(const std::string& path, const TableOptions& options) {
  TextTable table = read_as(path, options.format);
  if (options.melt.empty()) return table;
  return melted(std::move(table), options.melt);
}

}  // namespace isoflop
