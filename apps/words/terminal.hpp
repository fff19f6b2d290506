// What leaves the program: text on stdout, warnings on stderr, progress on a terminal. Fields of
// requests are shown as flags, or as pointers where a request is JSON.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "isoflop/api/context.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/json_text.hpp"
#include "isoflop/io/whole_file.hpp"

namespace isoflop::app {

/// Throws Error if stdout cannot take it (a full disk behind a redirection).
void print(std::string_view text);
/// What stands before a warning; "isoflop" until it is set.
void set_program_name(std::string name);

/// How fields of requests are shown; as flags until it is set.
void set_field_style(FieldStyle style);

/// Nothing but results and faults is shown; everything until it is set.
void set_quiet(bool quiet);

/// One line "isoflop: text" on stderr, unless it is to be quiet.
void warn(std::string_view text);
/// The same of a fault, which is said in any case.
void complain(std::string_view text);

/// Whether the path of an output is "-" or "/dev/stdout": then nothing else may be written there.
bool is_stdout(std::string_view path);
/// Whether it is that of a file.
bool is_file(std::string_view path);
/// Throws what write_output is bound to throw: to be called before hours of work.
void require_output(const std::string& path);
/// Prints where the path is empty or "-", else writes the file.
void write_output(const std::string& path, std::string_view text);

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

/// Progress and warnings of a call go to the terminal. The line of progress is gone when the
/// context and its copies are.
api::Context terminal_context();

}  // namespace isoflop::app
