#include "apps/words/terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "isoflop/error.hpp"

namespace isoflop::app {

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw Error("cannot write to standard output");
  }
}

namespace {

using Json = nlohmann::ordered_json;

std::string one_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void append(std::string& out, const Json& json, std::size_t indent) {
  const bool numbers =
      std::all_of(json.begin(), json.end(), [](const Json& x) { return x.is_number(); });
  if (!json.is_structured() || json.empty()) {
    out += one_line(json);
  } else if (json.is_array() && numbers) {
    for (std::size_t i = 0; i < json.size(); ++i) out += (i > 0 ? ", " : "[") + one_line(json[i]);
    out += "]";
  } else {
    const std::string line_end = "\n" + std::string(indent, ' ');
    char separator = json.is_object() ? '{' : '[';
    for (const auto& item : json.items()) {
      out += separator + line_end + "  ";
      if (json.is_object()) out += one_line(item.key()) + ": ";
      append(out, item.value(), indent + 2);
      separator = ',';
    }
    out += line_end + (json.is_object() ? '}' : ']');
  }
}

}  // namespace

std::string json_text(const nlohmann::ordered_json& json) {
  std::string out;
  append(out, json, 0);
  return out + "\n";
}

namespace {

std::string& program_name() {
  static std::string name = "isoflop";
  return name;
}

}  // namespace

void set_program_name(std::string name) { program_name() = std::move(name); }

void warn(std::string_view text) {
  const std::string line = program_name() + ": " + std::string(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
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

Progress::Progress(std::string what)
    : what_(std::move(what)),
      on_terminal_(isatty(STDERR_FILENO) != 0),
      start_(Clock::now()),
      last_(start_) {}

Progress::~Progress() {
  if (shown_) std::fputs("\r\033[K", stderr);
}

void Progress::update(std::size_t done, std::size_t all) {
  const auto now = Clock::now();
  if (!on_terminal_ || done == 0 || now - last_ < std::chrono::milliseconds(200)) return;
  last_ = now;
  shown_ = true;
  const double spent = std::chrono::duration<double>(now - start_).count();
  const double left = spent * static_cast<double>(all - done) / static_cast<double>(done);
  std::fprintf(stderr, "\r\033[K%s %zu of %zu, %.0f s left", what_.c_str(), done, all, left);
  std::fflush(stderr);
}

}  // namespace isoflop::app
