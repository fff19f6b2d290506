#include "isoflop/io/text_table.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "io/in_quotes.hpp"
#include "isoflop/error.hpp"
#include "text_readers.hpp"

namespace isoflop {

namespace {

void require_file(const std::string& path) {
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(path, ignored);
  if (status.type() == std::filesystem::file_type::not_found) {
    throw DataError(path, "there is no such file");
  }
  if (std::filesystem::is_directory(status)) {
    throw DataError(path, "is a directory; name one file in it");
  }
}

std::string extension_of(const std::string& path) {
  std::string extension = std::filesystem::path(path).extension().string();
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return extension;
}

}  // namespace

LineReader::LineReader(const std::string& path) : path_(path) {
  require_file(path);
  errno = 0;
  file_.open(path, std::ios::binary);
  if (!file_) {
    throw DataError(path, "cannot be opened: " + std::generic_category().message(errno));
  }
}

bool LineReader::next() {
  using namespace std::string_view_literals;

  errno = 0;
  if (!std::getline(file_, text_)) {
    if (!file_.bad()) return false;
    throw DataError(path_, "cannot be read: " + std::generic_category().message(errno));
  }
  ++line_;
  if (line_ == 1) {
    if (text_.starts_with("\xEF\xBB\xBF"sv)) text_.erase(0, 3);
    if (text_.starts_with("\xFF\xFE"sv) || text_.starts_with("\xFE\xFF"sv)) {
      throw DataError(path_, 1, "the text is UTF-16; save it as UTF-8");
    }
  }
  if (text_.find('\0') != std::string::npos) {
    throw DataError(path_, line_, "holds a NUL byte, so it is not text; save it as UTF-8 text");
  }
  return true;
}

std::string column_name_fault(const std::string& name) {
  if (name.find_first_not_of(" \t") == std::string::npos) {
    return "has no name; name it or leave it out";
  }
  if (std::any_of(name.begin(), name.end(), is_control)) {
    return "has a line end or another control character in its name " + in_quotes(name) +
           "; write plain text";
  }
  return "";
}

TextTable read_text_table(const std::string& path) {
  require_file(path);
  const std::string extension = extension_of(path);
  if (extension == ".csv") return read_csv(path, ',');
  if (extension == ".tsv") return read_csv(path, '\t');
  if (extension == ".jsonl" || extension == ".ndjson") return read_jsonl(path);
  throw DataError(path, "has no extension that says how to read it; name it .csv, .tsv, .jsonl " +
                            std::string("or .ndjson"));
}

}  // namespace isoflop
