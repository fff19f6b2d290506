// The files of a page: what was dropped on it, by name. Stands in for src/io/whole_file.cpp, whose
// files lie on a disk.
#include <map>
#include <string>

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

std::string read_file(const std::string& path) {
  const auto found = files().find(path);
  if (found == files().end()) throw DataError(path, "there is no such file");
  return found->second;
}

}  // namespace isoflop
