/// Runs the real program in a folder of its own and keeps what it wrote.
#pragma once

#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "io/scratch_folder.hpp"

namespace isoflop::testing {

using Json = nlohmann::ordered_json;

struct Outcome {
  int exit_code;
  std::string out, err;
};

inline std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("no file " + path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

inline std::string quoted(const std::string& word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

inline std::size_t num_lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// An outcome without what it was made from, which every one carries and tests/api/test_call.cpp
/// checks.
inline Json without_origin(Json outcome) {
  for (const char* key : {"request", "isoflop_version", "inputs"}) outcome.erase(key);
  return outcome;
}

/// Names of the fields but those.
inline std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  const Json found = without_origin(object);
  for (const auto& item : found.items()) keys.push_back(item.key());
  return keys;
}

/// A folder in which the program runs: the data of the source tree is there as data/, isoflop is on
/// the PATH, and what the program writes is gone at the end of the test.
class Workplace {
 public:
  Workplace() {
    namespace fs = std::filesystem;
    fs::create_directory(folder_.path("here"));
    fs::create_directory(folder_.path("bin"));
    fs::create_symlink(ISOFLOP_SOURCE_DIR "/data", folder_.path("here/data"));
    fs::create_symlink(ISOFLOP_PROGRAM, folder_.path("bin/isoflop"));
  }

  std::string path(const std::string& name) const { return folder_.path("here/" + name); }
  bool exists(const std::string& name) const { return std::filesystem::exists(path(name)); }
  std::string read(const std::string& name) const { return bytes_of(path(name)); }
  void write(const std::string& name, std::string_view bytes) const {
    folder_.write("here/" + name, bytes);
  }
  /// Names of all files but data, in order.
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path("."))) {
      if (entry.path().filename() != "data") names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  /// Runs a line of shell in the folder.
  Outcome shell(const std::string& line) const {
    const std::string script = "cd " + quoted(path(".")) + "\nPATH=" + quoted(folder_.path("bin")) +
                               ":$PATH\nexport PATH\n" + line + "\n";
    const std::string command = "sh " + quoted(folder_.write("script", script)) + " > " +
                                quoted(folder_.path("out")) + " 2> " + quoted(folder_.path("err")) +
                                " < /dev/null";
    const int status = std::system(command.c_str());
    if (!WIFEXITED(status)) throw std::runtime_error("no exit code: " + line);
    return {WEXITSTATUS(status), bytes_of(folder_.path("out")), bytes_of(folder_.path("err"))};
  }

  Outcome isoflop(const std::vector<std::string>& words) const {
    std::string line = "exec isoflop";
    for (const std::string& word : words) line += " " + quoted(word);
    return shell(line);
  }

  /// A quick fit of the simulated runs that ship, with further words.
  Outcome fit_simulated(std::vector<std::string> words) const {
    const std::vector<std::string> fit{
        "fit",      "data/published/krajewski2024_grid_simulated.csv",
        "--law",    "fine-grained-moe",
        "--column", "loss=loss_simulated"};
    words.insert(words.begin(), fit.begin(), fit.end());
    return isoflop(words);
  }

 private:
  ScratchFolder folder_;
};

}  // namespace isoflop::testing
