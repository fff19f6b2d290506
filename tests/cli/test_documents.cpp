// Every command in the documents is run, and prints what the documents say it prints.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
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
  if (has("starts reached") || has("refits certified") || has("starts_at_best") || lists_minima)
    return 0.05;
  if (has("of the FLOPs lost") || has("of the GPU-hours lost")) return 1e-2;
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
      const std::size_t first = std::min(word.find_first_not_of("("), word.size());
      return word.substr(first, word.find_last_not_of(",;:)") + 1 - first);
    };
    const auto p = isoflop::parse_number(trimmed(x)), q = isoflop::parse_number(trimmed(y));
    if (!p || !q) return false;
    if (std::abs(*p - *q) > relative * std::abs(*p) + 1e-9) return false;
  }
  return !(b >> y);
}

void check_document(const std::string& name) {
  const fs::path folder =
      fs::temp_directory_path() /
      ("isoflop-doc-" + fs::path(name).stem().string() + "-" + std::to_string(getpid()));
  fs::remove_all(folder);
  fs::create_directories(folder);
  fs::create_directory_symlink(fs::path(ISOFLOP_SOURCE_DIR) / "data", folder / "data");
  const auto examples = examples_of(fs::path(ISOFLOP_SOURCE_DIR) / name);
  REQUIRE(!examples.empty());
  for (const Example& example : examples) {
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
  fs::remove_all(folder);
}

}  // namespace

TEST_CASE("README: every command prints what is shown", "[cli][format]") {
  check_document("README.md");
}
TEST_CASE("tutorial: every command prints what is shown", "[cli][format]") {
  check_document("docs/tutorial.md");
}
TEST_CASE("page on laws: every command prints what is shown", "[cli][format]") {
  check_document("docs/laws.md");
}
TEST_CASE("page on formats: every command prints what is shown", "[cli][format]") {
  check_document("docs/formats.md");
}
TEST_CASE("page on tables: every command prints what is shown", "[cli][format]") {
  check_document("docs/tables.md");
}
TEST_CASE("page on the command line: every command prints what is shown", "[cli][format]") {
  check_document("docs/command-line.md");
}
TEST_CASE("page on fits: every command prints what is shown", "[cli][format]") {
  check_document("docs/fit.md");
}
TEST_CASE("page on plans: every command prints what is shown", "[cli][format]") {
  check_document("docs/plan.md");
}
TEST_CASE("page on budgets: every command prints what is shown", "[cli][format]") {
  check_document("docs/budgets.md");
}
TEST_CASE("page on the benchmark: every command prints what is shown", "[cli][format]") {
  check_document("docs/bench.md");
}
TEST_CASE("page on next runs: every command prints what is shown", "[cli][format]") {
  check_document("docs/next-runs.md");
}
TEST_CASE("page on real shapes: every command prints what is shown", "[cli][format]") {
  check_document("docs/real-shapes.md");
}
TEST_CASE("page on hyperparameters: every command prints what is shown", "[cli][format]") {
  check_document("docs/hyperparameters.md");
}
TEST_CASE("page on the curve: every command prints what is shown", "[cli][format]") {
  check_document("docs/frontier.md");
}
TEST_CASE("page on figures: every command prints what is shown", "[cli][format]") {
  check_document("docs/figures.md");
}
TEST_CASE("page on reproductions: every command prints what is shown", "[cli][format]") {
  check_document("docs/reproduce.md");
}
TEST_CASE("page on backtests: every command prints what is shown", "[cli][format]") {
  check_document("docs/backtest.md");
}
TEST_CASE("page on sensitivity: every command prints what is shown", "[cli][format]") {
  check_document("docs/sensitivity.md");
}
TEST_CASE("page on sweeps: every command prints what is shown", "[cli][format]") {
  check_document("docs/sweep.md");
}
TEST_CASE("page on profiles: every command prints what is shown", "[cli][format]") {
  check_document("docs/profiles.md");
}
TEST_CASE("page on shapes: every command prints what is shown", "[cli][format]") {
  check_document("docs/shapes.md");
}
TEST_CASE("page on model types: every command prints what is shown", "[cli][format]") {
  check_document("docs/model-types.md");
}
TEST_CASE("page on what the laws say together: every command prints what is shown",
          "[cli][format]") {
  check_document("docs/consensus.md");
}
TEST_CASE("documents: programs shown are those that the consumer test builds", "[cli][format]") {
  auto text = [](const char* file) {
    std::ifstream in(fs::path(ISOFLOP_SOURCE_DIR) / file);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  };
  const std::string program = text("tests/consumer/own_law.cpp");
  REQUIRE(std::count(program.begin(), program.end(), '\n') < 40);
  CHECK(text("docs/tutorial.md").find("```cpp\n" + program + "```") != std::string::npos);
  CHECK(text("README.md").find("```cpp\n" + text("tests/consumer/doors.cpp") + "```") !=
        std::string::npos);
}

}  // namespace documents_test
