#include "isoflop/io/whole_file.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>

#include "isoflop/error.hpp"

namespace isoflop {

namespace {

/// Without streams of C++, which are a fifth of a small program.
std::string rest_of(std::FILE* in) {
  std::string out;
  std::array<char, 65536> some;
  while (const std::size_t count = std::fread(some.data(), 1, some.size(), in)) {
    out.append(some.data(), count);
  }
  return out;
}

}  // namespace

bool is_there(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

bool is_regular_file(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

std::string read_file(const std::string& path) {
  if (path == "-") return rest_of(stdin);
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    throw DataError(path, "is a folder; a file was expected");
  }
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> in(std::fopen(path.c_str(), "rb"),
                                                           std::fclose);
  if (!in) {
    throw DataError(path, is_there(path) ? "cannot be read" : "there is no such file");
  }
  return rest_of(in.get());
}

void require_writable(const std::string& path) {
  namespace fs = std::filesystem;
  if (path.empty()) return;
  std::error_code ignored;
  const fs::file_type kind = fs::status(path, ignored).type();
  if (kind == fs::file_type::directory) {
    throw DataError(path, "is a folder; name a file in it");
  }
  if (kind != fs::file_type::not_found && kind != fs::file_type::regular) return;
  fs::path folder = fs::path(path).parent_path();
  if (folder.empty()) folder = ".";
  if (!fs::is_directory(folder, ignored)) {
    throw DataError(path, "cannot be written: there is no folder " + folder.string());
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    throw DataError(path, "cannot be written: " + folder.string() + ": " +
                              std::generic_category().message(errno));
  }
}

void write_file(const std::string& path, std::string_view text) {
  require_writable(path);
  std::error_code ignored;
  const auto reason = [] {
    return "cannot be written: " + std::generic_category().message(errno == 0 ? EIO : errno);
  };
  const auto kind = std::filesystem::status(path, ignored).type();
  const bool regular =
      kind == std::filesystem::file_type::regular || kind == std::filesystem::file_type::not_found;
  errno = 0;
  if (!regular) {  // a device or a pipe: renaming onto it would replace it
    std::ofstream out(path, std::ios::binary);
    out << text;
    out.flush();
    if (!out) throw DataError(path, reason());
    return;
  }
  const std::string part = path + ".part";
  {
    std::ofstream out(part, std::ios::binary);
    out << text;
    out.flush();
    if (!out) {
      const std::string why = reason();
      std::filesystem::remove(part, ignored);
      throw DataError(path, why);
    }
  }
  std::error_code fault;
  std::filesystem::rename(part, path, fault);
  if (fault) {
    const std::string why = "cannot be written: " + fault.message();
    std::filesystem::remove(part, fault);
    throw DataError(path, why);
  }
}

void make_folder(const std::string& path) {
  std::error_code fault;
  std::filesystem::create_directories(path, fault);
  if (fault) throw DataError(path, "cannot be made: " + fault.message());
  if (!std::filesystem::is_directory(path)) throw DataError(path, "is no folder");
}

}  // namespace isoflop
