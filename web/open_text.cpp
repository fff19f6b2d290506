// Stands in for src/io/table/open_text.cpp: what was dropped is text already, decoded by the
// browser.
#include "io/table/text_readers.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/whole_file.hpp"

namespace isoflop {

void require_file(const std::string& path) {
  if (!is_there(path)) throw DataError(path, "there is no such file");
}

LineReader::LineReader(const std::string& path, std::vector<ReadNote>&, std::size_t most_bytes)
    : path_(path), most_bytes_(most_bytes), file_(std::make_unique<FilePieces>(path)) {}

}  // namespace isoflop
