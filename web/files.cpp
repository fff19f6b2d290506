// The files of a page: what was dropped on it, by name. Stands in for src/io/whole_file.cpp, whose
// files lie on a disk.
#include <map>
#include <string>
#include <utility>

#include "isoflop/error.hpp"
#include "isoflop/io/whole_file.hpp"

namespace {

std::map<std::string, std::string>& files() {
  static std::map<std::string, std::string> all;
  return all;
}

}  // namespace

/// From now on this is what lies there.
extern "C" void isoflop_page_file(const char* name, const char* text) { files()[name] = text; }

namespace isoflop {

bool is_there(const std::string& path) { return files().contains(path); }
bool is_regular_file(const std::string& path) { return is_there(path); }

/// Nothing writes it while it is read.
std::string file_stamp(const std::string&) { return ""; }

std::string read_file(const std::string& path, std::size_t) {
  const auto found = files().find(path);
  if (found == files().end()) throw DataError(path, "there is no such file");
  return found->second;
}

/// A text that was dropped is in memory: it is one piece, and file_ how many of it are left.
FilePieces::FilePieces(std::string path) : path_(std::move(path)), file_(1) {
  if (!is_there(path_)) throw DataError(path_, "there is no such file");
}

FilePieces::~FilePieces() = default;

bool FilePieces::next(std::string& piece) {
  if (file_ == 0) return false;
  file_ = 0;
  piece = read_file(path_);
  return true;
}

}  // namespace isoflop
