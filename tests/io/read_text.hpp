/// Reads tables and runs from a text in a test, by way of a file of its own.
#pragma once

#include <array>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "isoflop/error.hpp"
#include "isoflop/io/records.hpp"
#include "isoflop/io/text_table.hpp"
#include "scratch_folder.hpp"

namespace isoflop::testing {

inline constexpr std::array kNd{Variable::kN, Variable::kD};
inline constexpr std::array kNdg{Variable::kN, Variable::kD, Variable::kG};

inline RecordOptions columns(std::map<std::string, std::string> names) {
  RecordOptions out;
  out.columns = std::move(names);
  return out;
}

inline RecordOptions where(std::initializer_list<const char*> conditions) {
  RecordOptions out;
  for (const char* text : conditions) out.where.push_back(parse_condition(text));
  return out;
}

inline TextTable table_of(const std::string& name, std::string_view bytes) {
  const ScratchFolder folder;
  return read_text_table(folder.write(name, bytes));
}

inline Records records_of(std::string_view csv, const RecordOptions& options = {},
                          std::span<const Variable> needed = kNd) {
  const ScratchFolder folder;
  return read_records(folder.write("runs.csv", csv), options, needed);
}

/// The text of the DataError that `read` throws, without the folder; "" if it throws none.
template <typename Read>
std::string data_error_of(const ScratchFolder& folder, Read read) {
  try {
    read();
  } catch (const DataError& error) {
    return folder.without_folder(error.what());
  }
  return "";
}

inline std::string table_fault(const std::string& name, std::string_view bytes) {
  const ScratchFolder folder;
  const std::string path = folder.write(name, bytes);
  return data_error_of(folder, [&] { read_text_table(path); });
}

inline std::string records_fault(std::string_view csv, const RecordOptions& options = {},
                                 std::span<const Variable> needed = kNd) {
  const ScratchFolder folder;
  const std::string path = folder.write("runs.csv", csv);
  return data_error_of(folder, [&] { read_records(path, options, needed); });
}

}  // namespace isoflop::testing
