// Every command in the documents is run and prints what the documents say it prints, their pictures
// are those that their commands draw, and their links lead somewhere.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "isoflop/io/number.hpp"

namespace documents_test {

namespace {

namespace fs = std::filesystem;

struct Example {
  std::size_t line;  ///< of the command in the document
  std::string command, output;
};

/// The commands of all ```console blocks: "$ command", continued behind a backslash, then its
/// output up to the next command or the end of the block.
std::vector<Example> examples_of(const fs::path& document) {
  std::vector<Example> out;
  std::ifstream in(document);
  std::string text;
  bool inside = false, in_command = false;
  for (std::size_t line = 1; std::getline(in, text); ++line) {
    if (text.rfind("```", 0) == 0) {
      inside = text == "```console";
      in_command = false;
    } else if (inside && text.rfind("$ ", 0) == 0) {
      out.push_back({line, text.substr(2), ""});
      in_command = text.back() == '\\';
    } else if (inside && in_command) {
      out.back().command += "\n" + text;
      in_command = text.back() == '\\';
    } else if (inside && !out.empty()) {
      out.back().output += text + "\n";
    }
  }
  return out;
}

/// stdout and stderr of a shell command run in `folder`.
std::string output_of(const std::string& command, const fs::path& folder) {
  const fs::path script = folder / "command.sh";
  std::ofstream(script) << "cd '" << folder.string() << "'\nexport PATH='"
                        << fs::path(ISOFLOP_PROGRAM).parent_path().string() << "':\"$PATH\"\n{\n"
                        << command << "\n} 2>&1\n";
  std::string out;
  FILE* pipe = popen(("sh '" + script.string() + "'").c_str(), "r");
  REQUIRE(pipe != nullptr);
  char buffer[4096];
  for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
  pclose(pipe);
  return out;
}

/// How far a number in a line may be from the one shown: another compiler or instruction set
/// changes the last digits of an optimum (1e-6), and so the last of the few digits that intervals
/// are rounded to, and, where starts or refits are counted, lets a few end elsewhere (5 %).
double tolerance_of(const std::string& line) {
  auto has = [&](const char* part) { return line.find(part) != std::string::npos; };
  const std::size_t first = line.find_first_not_of(' ');
  const bool lists_minima = first == 2 && std::isdigit(line[first]) != 0;
  if (has("starts reached") || has("refits certified") || has("starts_at_best") ||
      has("draws sit") || lists_minima)
    return 0.05;
  if (has("of the FLOPs lost") || has("of the FLOPs are lost") || has("of the GPU-hours lost")) {
    return 1e-2;
  }
  if (has(" to ") || has(" - ")) return 2e-3;
  return 1e-6;
}

/// Words are equal as text, or as numbers up to that tolerance and 1e-9 for what is rounding alone.
bool same_words(const std::string& shown, const std::string& printed) {
  std::istringstream a(shown), b(printed);
  const double relative = tolerance_of(shown);
  std::string x, y;
  while (a >> x) {
    if (!(b >> y)) return false;
    if (x == y) continue;
    auto trimmed = [](std::string word) {
      const std::size_t first = std::min(word.find_first_not_of("(["), word.size());
      return word.substr(first, word.find_last_not_of(",;:)]") + 1 - first);
    };
    const auto p = isoflop::parse_number(trimmed(x)), q = isoflop::parse_number(trimmed(y));
    if (!p || !q) return false;
    if (std::abs(*p - *q) > relative * std::abs(*p) + 1e-9) return false;
  }
  return !(b >> y);
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

struct Link {
  std::size_t line;
  std::string target;
};

/// [words](target) outside of blocks of code, of targets in this project.
std::vector<Link> links_of(const fs::path& document) {
  std::vector<Link> out;
  std::ifstream in(document);
  std::string text;
  bool code = false;
  for (std::size_t line = 1; std::getline(in, text); ++line) {
    if (text.rfind("```", 0) == 0) code = !code;
    if (code) continue;
    for (std::size_t at = 0; (at = text.find("](", at)) != std::string::npos;) {
      at += 2;
      const std::string target = text.substr(at, text.find(')', at) - at);
      if (target.find(':') == std::string::npos) out.push_back({line, target});
    }
  }
  return out;
}

/// What the headings of a document are called in links: in lower case, without signs, blanks as
/// dashes, and numbered from the second of a name on.
std::set<std::string> anchors_of(const fs::path& document) {
  std::set<std::string> out;
  std::map<std::string, int> seen;
  std::ifstream in(document);
  std::string text;
  bool code = false;
  while (std::getline(in, text)) {
    if (text.rfind("```", 0) == 0) code = !code;
    const std::size_t hashes = text.find_first_not_of('#');
    if (code || hashes == 0 || hashes == std::string::npos || text[hashes] != ' ') continue;
    std::string name;
    for (const char c : text.substr(hashes + 1)) {
      const auto u = static_cast<unsigned char>(c);
      if (c == ' ') name += '-';
      if (std::isalnum(u) != 0 || u >= 0x80 || c == '-' || c == '_')
        name += static_cast<char>(std::tolower(u));
    }
    const int before = seen[name]++;
    out.insert(before == 0 ? name : name + "-" + std::to_string(before));
  }
  return out;
}

void check_links(const std::string& name) {
  const fs::path root = ISOFLOP_SOURCE_DIR;
  for (const auto& [line, target] : links_of(root / name)) {
    const std::size_t hash = std::min(target.find('#'), target.size());
    const fs::path file =
        hash == 0 ? root / name : (root / name).parent_path() / target.substr(0, hash);
    INFO(name << ":" << line << ": " << target);
    CHECK(fs::exists(file));
    if (hash < target.size()) CHECK(anchors_of(file).count(target.substr(hash + 1)) == 1);
  }
}

/// A text without its numbers, and the numbers.
struct Parts {
  std::string words;
  std::vector<double> numbers;
};

Parts parts_of(const std::string& text) {
  Parts out;
  for (const char* at = text.c_str(); *at != '\0';) {
    const bool begins = std::isdigit(static_cast<unsigned char>(*at)) != 0;
    char* end = nullptr;
    const double number = begins ? std::strtod(at, &end) : 0.0;
    if (begins) {
      out.numbers.push_back(number);
      out.words += '#';
      at = end;
    } else {
      out.words += *at++;
    }
  }
  return out;
}

/// The pictures of a document are those that its commands made in `folder`, to half a pixel, or a
/// part in a thousand of a value that is said: an interval's last digit may follow the instruction
/// set.
void check_pictures(const std::string& name, const fs::path& folder) {
  const fs::path document = fs::path(ISOFLOP_SOURCE_DIR) / name;
  for (const auto& [line, target] : links_of(document)) {
    if (fs::path(target).extension() != ".svg") continue;
    INFO(name << ":" << line << ": " << target);
    REQUIRE(fs::exists(folder / fs::path(target).filename()));
    const Parts now = parts_of(text_of(folder / fs::path(target).filename()));
    const Parts shown = parts_of(text_of(document.parent_path() / target));
    CHECK(now.words == shown.words);
    REQUIRE(now.numbers.size() == shown.numbers.size());
    for (std::size_t i = 0; i < now.numbers.size(); ++i) {
      CHECK(std::abs(now.numbers[i] - shown.numbers[i]) <= 0.5 + 1e-3 * std::abs(shown.numbers[i]));
    }
  }
}

void check_commands(const std::string& name, const fs::path& folder) {
  for (const Example& example : examples_of(fs::path(ISOFLOP_SOURCE_DIR) / name)) {
    const std::string printed = output_of(example.command, folder);
    std::istringstream shown_lines(example.output), printed_lines(printed);
    std::string shown_line, printed_line;
    INFO(name << ":" << example.line << ": $ " << example.command << "\n" << printed);
    while (std::getline(shown_lines, shown_line)) {
      printed_line.clear();
      std::getline(printed_lines, printed_line);
      INFO("shown:   " << shown_line << "\nprinted: " << printed_line);
      CHECK(same_words(shown_line, printed_line));
    }
    CHECK_FALSE(std::getline(printed_lines, printed_line));
  }
}

/// A new folder with the data of the source tree, for the document of that name.
fs::path folder_for(std::string name) {
  std::replace(name.begin(), name.end(), '/', '-');
  const fs::path folder =
      fs::temp_directory_path() / ("isoflop-doc-" + name + "-" + std::to_string(getpid()));
  fs::remove_all(folder);
  fs::create_directories(folder);
  fs::create_directory_symlink(fs::path(ISOFLOP_SOURCE_DIR) / "data", folder / "data");
  return folder;
}

void check_document(const std::string& name) {
  const fs::path folder = folder_for(name);
  check_links(name);
  check_commands(name, folder);
  check_pictures(name, folder);
  fs::remove_all(folder);
}

}  // namespace

#define ISOFLOP_DOCUMENT(name)                                                                 \
  TEST_CASE(name ": commands print what is shown and links lead somewhere", "[cli][format]") { \
    check_document(name);                                                                      \
  }
#include "documents.inc"  // a line per document: tests/CMakeLists.txt finds them

TEST_CASE("documents: every command has its options in the reference", "[cli][format]") {
  const std::string page = text_of(ISOFLOP_SOURCE_DIR "/docs/reference/options.md");
  const fs::path folder = folder_for("help");
  std::istringstream help(output_of("isoflop --help", folder));
  fs::remove_all(folder);
  std::string line;
  while (std::getline(help, line) && line != "Subcommands:") continue;
  int commands = 0;
  while (std::getline(help, line) && !line.empty()) {
    if (line.rfind("  ", 0) != 0 || line[2] == ' ') continue;
    const std::string verb = line.substr(2, line.find(' ', 2) - 2);
    CHECK(page.find("\n$ isoflop " + verb + " --help\n") != std::string::npos);
    ++commands;
  }
  CHECK(commands > 10);
}

TEST_CASE("documents: every page that the sources name is there", "[cli][format]") {
  const fs::path root = ISOFLOP_SOURCE_DIR;
  for (const char* folder :
       {"apps", "cmake", "cuda", "data", "docs", "include", "python", "src", "tests", "web"}) {
    if (!fs::exists(root / folder)) continue;
    for (fs::recursive_directory_iterator at(root / folder), end; at != end; ++at) {
      const fs::directory_entry& entry = *at;
      const std::string name_here = entry.path().filename().string();
      if (entry.is_directory() &&
          (name_here[0] == '.' || name_here == "build" || name_here == "node_modules"))
        at.disable_recursion_pending();
      const std::string extension = entry.path().extension().string();
      if (!entry.is_regular_file() || extension.empty() ||
          std::string(".hpp.cpp.h.cu.cuh.cmake.txt.json.md.py.js.html.ipynb").find(extension) ==
              std::string::npos)
        continue;
      const std::string text = text_of(entry.path());
      for (std::size_t from = 0; (from = text.find("docs/", from)) != std::string::npos;
           from += 5) {
        std::size_t to = from;
        while (to < text.size() && (std::isalnum(static_cast<unsigned char>(text[to])) != 0 ||
                                    std::string("/-_.").find(text[to]) != std::string::npos))
          ++to;
        std::string name = text.substr(from, to - from);
        while (name.back() == '.') name.pop_back();
        if (fs::path(name).extension() != ".md") continue;
        INFO(entry.path().string() << " names " << name);
        CHECK(fs::exists(root / name));
      }
    }
  }
}

TEST_CASE("documents: programs shown are those that the consumer test builds", "[cli][format]") {
  const fs::path root = ISOFLOP_SOURCE_DIR;
  const std::string program = text_of(root / "tests/consumer/own_law.cpp");
  REQUIRE(std::count(program.begin(), program.end(), '\n') < 40);
  CHECK(text_of(root / "docs/how-to/fit-a-law-of-my-own.md").find("```cpp\n" + program + "```") !=
        std::string::npos);
  CHECK(text_of(root / "docs/how-to/use-from-programs.md")
            .find("```cpp\n" + text_of(root / "tests/consumer/doors.cpp") + "```") !=
        std::string::npos);
}

}  // namespace documents_test
