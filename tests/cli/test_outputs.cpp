/// What a command writes never takes the place of what the same command reads or writes.
#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::outputs_test {
namespace {

using Words = std::vector<std::string>;

constexpr const char* kLost = " which would be overwritten; write to another file\n";

TEST_CASE("isoflop: no output takes the place of a file that is read", "[cli][refusal]") {
  struct Case {
    Words words;
    const char* fault;
  };
  const auto [words, fault] = GENERATE(
      Case{{"fit", "kept", "--law", "chinchilla", "-o", "kept"}, "-o and FILE both name \"kept\","},
      Case{{"fit", "kept", "--law", "chinchilla", "-o", "link"}, "-o and FILE both name \"link\","},
      Case{{"fit", "kept", "--law", "chinchilla", "--report", "./kept"},
           "--report and FILE both name \"./kept\","},
      Case{{"fit", "runs.csv", "--law", "kept", "-o", "kept"}, "-o and --law both name \"kept\","},
      Case{{"envelope", "kept", "--flops", "1e21", "-o", "kept"},
           "-o and FILE both name \"kept\","},
      Case{{"profiles", "kept", "--flops", "1e21", "--report", "kept"},
           "--report and FILE both name \"kept\","},
      Case{{"frontier", "kept", "--from", "1e20", "--to", "1e22", "--report", "kept"},
           "--report and LAW both name \"kept\","},
      Case{{"plan", "hoffmann2022", "--flops", "1e21", "--cost-table", "kept", "--report", "kept"},
           "--report and --cost-table both name \"kept\","},
      Case{{"plan", "hoffmann2022", "--flops", "1e21", "--config", "kept", "--emit-output", "kept"},
           "--emit-output and --config both name \"kept\","},
      Case{{"sweep", "kept", "--flops", "1e18", "1e19", "-o", "kept"},
           "-o and LAW both name \"kept\","},
      Case{{"figure", "loss", "kept", "-o", "kept"}, "-o and INPUT both name \"kept\","},
      Case{{"report", "kept", "-o", "kept"}, "-o and INPUT both name \"kept\","},
      Case{{"shape", "kept", "-o", "kept"}, "-o and FILE both name \"kept\","});
  CAPTURE(words);
  const Workplace here;
  here.write("kept", "months of work");
  std::filesystem::create_symlink("kept", here.path("link"));
  const Outcome outcome = here.isoflop(words);
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err == std::string("isoflop: ") + fault + kLost);
  CHECK(here.read("kept") == "months of work");
}

TEST_CASE("isoflop: a table on standard input is not overwritten either", "[cli][refusal]") {
  const Workplace here;
  here.write("runs.csv", "months of work");
  const Outcome outcome =
      here.shell("isoflop fit - --format csv --law chinchilla -o runs.csv < runs.csv");
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err == std::string("isoflop: -o and FILE both name \"runs.csv\",") + kLost);
  CHECK(here.read("runs.csv") == "months of work");
}

TEST_CASE("isoflop: two outputs go to two files", "[cli][refusal]") {
  const Workplace here;
  const Outcome outcome = here.fit_simulated({"-o", "law.html", "--report", "./law.html"});
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err == std::string("isoflop: -o and --report both name \"law.html\",") + kLost);
  CHECK(here.files().empty());
  // Nothing is lost in a device, and a file of an earlier run is written anew.
  const Words quick{"--bootstrap", "0", "--starts", "5", "-o", "/dev/null", "--report"};
  for (const char* report : {"/dev/null", "report.html", "report.html"}) {
    Words words = quick;
    words.emplace_back(report);
    CHECK(here.fit_simulated(words).err.find(kLost) == std::string::npos);
  }
  CHECK(here.files() == Words{"report.html"});
}

TEST_CASE("isoflop: an output may be called as a word that names no file", "[cli]") {
  const Workplace here;
  here.write("bash", "older");
  CHECK(here.isoflop({"completion", "bash", "-o", "bash"}).exit_code == 0);
  CHECK(contains(here.read("bash"), "complete"));
  // The file goes before the published law of its name.
  here.write("hoffmann2022", "older");
  CHECK(here.isoflop({"report", "hoffmann2022", "-o", "hoffmann2022"}).exit_code == 2);
  CHECK(here.read("hoffmann2022") == "older");
}

}  // namespace
}  // namespace isoflop::testing::outputs_test
