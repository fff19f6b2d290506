#include <algorithm>
#include <sstream>

#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::help_test {
namespace {

using Lines = std::vector<std::string>;

/// The indented lines behind "Example:", which a person would paste into a shell.
Lines example_lines(const std::string& help) {
  Lines lines;
  std::istringstream in(help);
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("Example", 0) == 0) {
      inside = true;
    } else if (inside && line.rfind("  ", 0) == 0) {
      lines.push_back(line);
    }
  }
  return lines;
}

TEST_CASE("isoflop: the help of every command ends with an example", "[cli][format]") {
  const Workplace here;
  for (const char* command :
       {"fit", "plan", "frontier", "predict", "laws", "backtest", "sensitivity", "shape",
        "consensus", "reproduce", "next-runs", "granularity", "profiles", "envelope", "figure"}) {
    CAPTURE(command);
    const Outcome help = here.isoflop({command, "--help"});
    CHECK(help.exit_code == 0);
    CHECK(help.err.empty());
    const Lines lines = example_lines(help.out);
    REQUIRE_FALSE(lines.empty());
    const std::string begin = "  isoflop " + std::string(command) + " ";
    CHECK(std::any_of(lines.begin(), lines.end(),
                      [&](const std::string& line) { return line.rfind(begin, 0) == 0; }));
    const std::string end = lines.back() + "\n";
    CHECK(help.out.substr(help.out.size() - end.size()) == end);
  }
}

TEST_CASE("isoflop: every example works as pasted", "[cli][format]") {
  for (const std::string command :
       {"", "fit", "plan", "frontier", "predict", "laws", "backtest", "sensitivity", "shape",
        "consensus", "reproduce", "next-runs", "granularity", "profiles", "envelope", "figure"}) {
    const Workplace here;
    std::string script = "set -e\n";
    for (const std::string& line :
         example_lines(here.shell("isoflop " + command + " --help").out)) {
      script += line + "\n";
    }
    INFO(script);
    const Outcome examples = here.shell(script);
    CHECK(examples.exit_code == 0);
    CHECK(examples.err.empty());
    CHECK_FALSE(examples.out.empty());
    // A law file that an example leaves is one that plan accepts.
    const bool fits = command == "fit" || command == "next-runs";
    CHECK(here.files() == (fits ? Lines{"law.json"} : Lines{}));
    if (command == "fit") {
      CHECK(here.isoflop({"plan", "law.json", "--flops", "1e21"}).exit_code == 0);
    }
  }
}

TEST_CASE("isoflop: the help names every command", "[cli][format]") {
  const Outcome help = Workplace().isoflop({"--help"});
  CHECK(help.exit_code == 0);
  CHECK(help.err.empty());
  for (const char* command :
       {"  fit ", "  plan ", "  frontier ", "  predict ", "  laws ", "  backtest ",
        "  sensitivity ", "  shape ", "  consensus ", "  reproduce ", "  next-runs ",
        "  granularity ", "  bench ", "  profiles ", "  envelope ", "  figure "}) {
    CAPTURE(command);
    CHECK(contains(help.out, command));
  }
}

}  // namespace
}  // namespace isoflop::testing::help_test
