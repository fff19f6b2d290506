#include "apps/words/terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "isoflop/core/plain_line.hpp"
#include "isoflop/error.hpp"

namespace isoflop::app {

namespace {

// What main and the verb that runs settle once, before anything is shown.
struct Manner {
  std::string program = "isoflop";
  FieldStyle style = FieldStyle::kFlag;
  bool quiet = false;
};

Manner& manner() {
  static Manner out;
  return out;
}

/// What a terminal would obey is shown as '?': texts come from files of strangers as well. JSON is
/// never touched, which escapes it.
std::string shown(std::string_view text) {
  return without_controls(show_fields(text, manner().style), "\n\t\r");
}

/// A message whose lines are not longer than somebody reads.
std::string cut_to_size(std::string_view text) {
  constexpr std::size_t kLongest = 1200, kTail = 200;
  std::string out;
  while (true) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    out += line.substr(0, line.size() > kLongest ? kLongest - kTail : kLongest);
    if (line.size() > kLongest) out.append(" ... ").append(line.substr(line.size() - kTail));
    if (end == text.size()) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

}  // namespace

void set_program_name(std::string name) { manner().program = std::move(name); }

void set_field_style(FieldStyle style) { manner().style = style; }

void print(std::string_view text) {
  const std::string words = shown(text);
  if (std::fwrite(words.data(), 1, words.size(), stdout) != words.size() ||
      std::fflush(stdout) != 0) {
    throw Error("cannot write to standard output");
  }
}

void set_quiet(bool quiet) { manner().quiet = quiet; }

bool is_stdout(std::string_view path) { return path == "-" || path == "/dev/stdout"; }

bool is_file(std::string_view path) { return !path.empty() && !is_stdout(path); }

void require_output(const std::string& path) {
  if (is_file(path)) require_writable(path);
}

void write_output(const std::string& path, std::string_view text) {
  if (is_file(path)) {
    write_file(path, text);
  } else {
    print(text);
  }
}

void warn(std::string_view text) {
  if (!manner().quiet) complain(text);
}

void complain(std::string_view text) {
  const std::string line = manner().program + ": " + cut_to_size(shown(text)) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

Progress::Progress(std::string what)
    : what_(std::move(what)),
      on_terminal_(!manner().quiet && isatty(STDERR_FILENO) != 0),
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

api::Context terminal_context() {
  struct Shown {
    std::string what;
    std::unique_ptr<Progress> progress;
  };
  api::Context out;
  out.progress = [shown = std::make_shared<Shown>()](std::string_view what, std::size_t done,
                                                     std::size_t all) {
    if (!shown->progress || shown->what != what) {
      shown->what = what;
      shown->progress.reset();
      shown->progress = std::make_unique<Progress>(shown->what);
    }
    shown->progress->update(done, all);
  };
  out.warn = [](const std::string& text) { warn(text); };
  return out;
}

}  // namespace isoflop::app
