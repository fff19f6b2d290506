// Stands in for src/io/table/open_text.cpp: what was dropped is text already, decoded by the
// browser.
#include <sstream>

#include "io/table/text_readers.hpp"
#include "isoflop/io/whole_file.hpp"

namespace isoflop {

void require_file(const std::string& path) {
  if (!is_there(path)) throw DataError(path, "there is no such file");
}

std::unique_ptr<std::istream> open_text(const std::string& path, std::vector<ReadNote>&) {
  return std::make_unique<std::istringstream>(read_file(path));
}

}  // namespace isoflop
