// What leaves the program: text on stdout, files as a whole or not at all, progress on a terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace isoflop::app {

/// Throws Error if stdout cannot take it (a full disk behind a redirection).
void print(std::string_view text);
/// Indented, with a line end; a list that holds numbers only stands on one line. Bytes that are not
/// UTF-8 (in a path, say) become replacement marks.
std::string json_text(const nlohmann::ordered_json& json);

/// What stands before a warning; "isoflop" until it is set.
void set_program_name(std::string name);

/// One line "isoflop: text" on stderr.
void warn(std::string_view text);

/// Throws DataError with the reason if write_file(path) is bound to fail: to be called before hours
/// of work. An empty path passes.
void require_writable(const std::string& path);

/// Writes beside the path and renames, so that a reader never sees half a file. Throws DataError.
void write_file(const std::string& path, std::string_view text);

/// A line with share and time left on stderr, several times a second, if stderr is a terminal.
class Progress {
 public:
  explicit Progress(std::string what);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void update(std::size_t done, std::size_t all);

 private:
  using Clock = std::chrono::steady_clock;
  std::string what_;
  bool on_terminal_;
  bool shown_ = false;
  Clock::time_point start_, last_;
};

}  // namespace isoflop::app
