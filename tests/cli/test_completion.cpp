#include <sstream>

#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::completion_test {
namespace {

/// What bash offers for the last of these words.
std::vector<std::string> offered(const Workplace& here, const std::string& words) {
  const Outcome outcome = here.shell(
      "isoflop completion bash > completion && bash -c '. ./completion; COMP_WORDS=(" + words +
      "); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _isoflop; printf \"%s\\n\" \"${COMPREPLY[@]}\"'");
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  std::vector<std::string> out;
  std::istringstream in(outcome.out);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) out.push_back(line);
  }
  return out;
}

using Words = std::vector<std::string>;

TEST_CASE("completion: bash completes commands options and values", "[cli][format]") {
  const Workplace here;
  CHECK(offered(here, "isoflop pl") == Words{"plan"});
  CHECK(offered(here, "isoflop re") == Words{"report", "reproduce", "rerun"});
  CHECK(offered(here, "isoflop plan --flo") == Words{"--flops"});
  CHECK(offered(here, "isoflop plan --cost \"\"") == Words{"6nd", "paper"});
  CHECK(offered(here, "isoflop plan --gpu h2") == Words{"h200"});
  CHECK(offered(here, "isoflop plan --law krajewski2024-e1") == Words{"krajewski2024-e16"});
  CHECK(offered(here, "isoflop plan besi") == Words{"besiroglu2024"});
  CHECK(offered(here, "isoflop fit --law chinch") == Words{"chinchilla"});
  CHECK(offered(here, "isoflop fit --residual \"\"") == Words{"log", "raw"});
  CHECK(offered(here, "isoflop completion z") == Words{"zsh"});
  CHECK(offered(here, "isoflop plan --flops \"\"").empty());
}

TEST_CASE("completion: a file is offered where one may stand", "[cli][format]") {
  const Workplace here;
  here.write("law of mine.json", "{}");
  CHECK(offered(here, "isoflop plan \"law of\"") == Words{"law of mine.json"});
  CHECK(offered(here, "isoflop plan --cost-table \"law of\"") == Words{"law of mine.json"});
}

TEST_CASE("completion: every option of the help is completed by every shell", "[cli][format]") {
  const Workplace here;
  std::istringstream help(here.isoflop({"plan", "--help"}).out);
  std::size_t num_flags = 0;
  const std::string bash = here.isoflop({"completion", "bash"}).out,
                    zsh = here.isoflop({"completion", "zsh"}).out,
                    fish = here.isoflop({"completion", "fish"}).out;
  for (std::string line; std::getline(help, line);) {
    if (line.rfind("  --", 0) != 0) continue;
    const std::string flag = line.substr(2, line.find_first_of(" ,", 2) - 2);
    CAPTURE(flag);
    ++num_flags;
    CHECK((contains(bash, " " + flag + " ") || contains(bash, "'" + flag + " ")));
    CHECK(contains(zsh, flag + "["));
    CHECK(contains(fish, "-l " + flag.substr(2) + " "));
  }
  CHECK(num_flags > 50);
}

TEST_CASE("completion: another shell is refused", "[cli][refusal]") {
  const Workplace here;
  for (const Words& words : {Words{"completion"}, Words{"completion", "tcsh"}}) {
    const Outcome outcome = here.isoflop(words);
    CHECK(outcome.exit_code == 2);
    CHECK(contains(outcome.err, "bash, zsh"));
    CHECK(num_lines(outcome.err) == 1);
  }
}

TEST_CASE("manual pages: each names every option of its command", "[cli][format]") {
  const Workplace here;
  REQUIRE(here.shell("mkdir man && isoflop man --into man").exit_code == 0);
  CHECK(contains(here.read("man/isoflop.1"), "\\fBnext\\-runs\\fR"));
  const std::string page = here.read("man/isoflop-plan.1");
  CHECK(page == here.isoflop({"man", "plan"}).out);
  CHECK(page.rfind(".TH \"ISOFLOP-PLAN\" 1", 0) == 0);
  for (const char* flag : {"\\-\\-flops", "\\-\\-peak\\-flops", "\\-\\-emit\\-output", "\\-o"}) {
    CAPTURE(flag);
    CHECK(contains(page, "\\fB" + std::string(flag) + "\\fR"));
  }
  CHECK(contains(page, "isoflop plan krajewski2024\\-e64 \\-\\-flops 1e20 1e21 1e22\n"));
  // isoflop-bench has a page of this name itself.
  CHECK_FALSE(here.exists("man/isoflop-bench.1"));
}

}  // namespace
}  // namespace isoflop::testing::completion_test
