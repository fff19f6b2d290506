// What a person at a shell takes for granted, whichever command it is.
#include <sstream>

#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::command_line_habits_test {
namespace {

using Words = std::vector<std::string>;

/// Names of all commands, as the help lists them.
Words commands(const Workplace& here) {
  Words out;
  std::istringstream in(here.isoflop({"--help"}).out);
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line == "Subcommands:") {
      inside = true;
    } else if (inside && line.empty()) {
      break;
    } else if (inside && line.size() > 2 && line[2] != ' ') {
      out.push_back(line.substr(2, line.find(' ', 2) - 2));
    }
  }
  return out;
}

/// A refusal is one line that begins with the name of the program.
void check_refusal(const Workplace& here, const Words& words, const std::string& line) {
  const Outcome outcome = here.isoflop(words);
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.out.empty());
  CHECK(outcome.err == "isoflop: " + line + "\n");
}

TEST_CASE("isoflop: without a word it shows the help and exits 0", "[cli][format]") {
  const Workplace here;
  const Outcome bare = here.isoflop({});
  CHECK(bare.exit_code == 0);
  CHECK(bare.err.empty());
  CHECK(bare.out == here.isoflop({"--help"}).out);
}

TEST_CASE("isoflop: no line of any help is wider than 100 columns", "[cli][format]") {
  const Workplace here;
  Words all = commands(here);
  REQUIRE(all.size() >= 17);
  for (const char* command : {"", "bench peaks", "bench verify", "bench moe", "bench sweep",
                              "bench model", "bench show", "bench compare"}) {
    all.emplace_back(command);
  }
  for (const std::string& command : all) {
    std::istringstream in(here.shell("isoflop " + command + " --help").out);
    std::size_t num_lines = 0;
    for (std::string line; std::getline(in, line); ++num_lines) {
      INFO(command << ": " << line);
      CHECK(line.size() <= 100);
    }
    CHECK(num_lines > 5);
  }
}

TEST_CASE("isoflop: an unknown option is refused with the nearest", "[cli][refusal]") {
  const Workplace here;
  const std::string meant = "; did you mean ";
  check_refusal(here, {"plan", "krajewski2024-e64", "--flop", "1e21"},
                "there is no option --flop" + meant + "--flops?");
  check_refusal(here, {"plan", "krajewski2024-e64", "--flosp=1e21"},
                "there is no option --flosp" + meant + "--flops?");
  check_refusal(here, {"plan", "krajewski2024-e64", "--tokens-per", "20"},
                "there is no option --tokens-per" + meant + "--tokens-per-parameter?");
  check_refusal(here, {"frontier", "krajewski2024-e64", "--form", "1e20", "--to", "1e22"},
                "there is no option --form" + meant + "--from?");
  check_refusal(here, {"--versoin"}, "there is no option --versoin" + meant + "--version?");
  check_refusal(here, {"laws", "--bogus"},
                "there is no option --bogus; 'isoflop laws --help' lists those there are");
}

TEST_CASE("isoflop: what is wrong with the words is one line", "[cli][refusal]") {
  const Workplace here;
  check_refusal(here, {"plan", "krajewski2024-e64", "--flops"}, "--flops needs a word behind it");
  check_refusal(here, {"fit", "runs.csv"}, "--law is required");
  check_refusal(here, {"plan", "hoffmann2022", "--flops", "1e21", "--gpu", "h200", "--gpu", "b200"},
                "--gpu takes one word and has more");
  check_refusal(here, {"laws", "chinchilla", "hoffmann2022"},
                "\"hoffmann2022\" is a word too many; 'isoflop laws --help' shows what there may "
                "be");
}

TEST_CASE("isoflop: every command refuses an unknown option in one line", "[cli][refusal]") {
  const Workplace here;
  for (const std::string& command : commands(here)) {
    if (command == "bench") continue;  // passes it on
    CAPTURE(command);
    const Outcome outcome = here.isoflop({command, "--no-such-option"});
    CHECK(outcome.exit_code == 2);
    CHECK(num_lines(outcome.err) == 1);
    CHECK(contains(outcome.err, "no option --no-such-option"));
  }
}

TEST_CASE("isoflop: a comma between thousands is refused with what to type", "[cli][refusal]") {
  const Workplace here;
  const std::string law = "krajewski2024-e64";
  auto refusal = [](const std::string& flag, const std::string& text, const std::string& number) {
    return flag + ": \"" + text + "\" is one number or several; write " + number +
           " for one, and a blank instead of a comma between several";
  };
  check_refusal(here, {"plan", law, "--flops", "1,000"}, refusal("--flops", "1,000", "1000"));
  check_refusal(here, {"plan", law, "--flops", "1e21,1,000,000"},
                refusal("--flops", "1,000,000", "1000000"));
  check_refusal(here, {"plan", law, "--gpu", "h200", "--gpu-hours", "10,000"},
                refusal("--gpu-hours", "10,000", "10000"));
  check_refusal(here, {"consensus", "--flops", "1,234.5K"},
                refusal("--flops", "1,234.5K", "1234.5K"));
  // What can only be a list is one.
  const Outcome list = here.isoflop({"plan", law, "--flops", "1e20,1e21", "--json"});
  REQUIRE(list.exit_code == 0);
  CHECK(Json::parse(list.out)["plans"].size() == 2);
}

TEST_CASE("isoflop plan: warnings of one kind are one line", "[cli][format]") {
  const Workplace here;
  std::string line = "isoflop plan krajewski2024-e64 --flops";
  for (int i = 0; i < 24; ++i) line += " " + std::to_string(i + 1) + "e22";
  const Outcome outcome = here.shell(line);
  REQUIRE(outcome.exit_code == 0);
  const std::string warning = "beyond the runs behind this law";
  const std::size_t first = outcome.out.find(warning);
  REQUIRE(first != std::string::npos);
  CHECK(outcome.out.find(warning, first + 1) == std::string::npos);
  CHECK(contains(outcome.out, "24 budgets from 1e22 to 2.4e23: " + warning + " in N, D, G, D/N\n"));
}

TEST_CASE("isoflop: an output named - is standard output and no file", "[cli][format]") {
  const Workplace here;
  const Words shape{"shape", "data/shapes/olmoe-1b-7b.json", "-o"};
  auto with = [](Words words, const std::string& last) {
    words.push_back(last);
    return words;
  };
  REQUIRE(here.isoflop(with(shape, "config.json")).exit_code == 0);
  const Outcome printed = here.isoflop(with(shape, "-"));
  CHECK(printed.exit_code == 0);
  CHECK(printed.out == here.read("config.json"));
  CHECK(here.files() == Words{"config.json"});
  CHECK(here.isoflop({"shape", "data/shapes/olmoe-1b-7b.json", "-o", "-", "--json"}).exit_code ==
        2);
}

TEST_CASE("isoflop fit: -o - prints the law file alone and plan reads it", "[cli][format]") {
  const Workplace here;
  const Words quick{"--starts",    "5", "--bootstrap", "0", "--n-means", "total_non_embedding",
                    "--expansion", "64"};
  Words to_file = quick, to_stdout = quick;
  to_file.insert(to_file.end(), {"-o", "law.json"});
  to_stdout.insert(to_stdout.end(), {"-o", "-"});
  REQUIRE(here.fit_simulated(to_file).exit_code == 0);
  CHECK(here.fit_simulated(to_stdout).out == here.read("law.json"));
  CHECK(here.files() == Words{"law.json"});
  const Outcome from_stdin = here.shell("isoflop plan - --flops 1e21 < law.json");
  CHECK(from_stdin.exit_code == 0);
  const std::string from_file = here.isoflop({"plan", "law.json", "--flops", "1e21"}).out;
  CHECK(from_stdin.out.substr(from_stdin.out.find('\n')) == from_file.substr(from_file.find('\n')));
}

TEST_CASE("isoflop: --quiet leaves results and faults alone", "[cli][format]") {
  const Workplace here;
  REQUIRE(here.fit_simulated({"--starts", "5", "--bootstrap", "0", "--json"}).exit_code == 0);
  here.write(
      "plan.json",
      here.isoflop({"plan", "data/laws/hoffmann2022.json", "--flops", "1e21", "--json"}).out);
  // A result made from a law that has changed since.
  std::string result = here.read("plan.json");
  const std::size_t sha = result.find("\"sha256\": \"");
  if (sha != std::string::npos) result[sha + 11] = result[sha + 11] == '0' ? '1' : '0';
  here.write("plan.json", result);
  const Outcome loud = here.isoflop({"rerun", "plan.json"});
  CHECK(contains(loud.err, "is not what it was"));
  const Outcome quiet = here.isoflop({"rerun", "plan.json", "--quiet"});
  CHECK(quiet.err.empty());
  CHECK(quiet.out == loud.out);
  CHECK(quiet.exit_code == loud.exit_code);
  CHECK_FALSE(here.isoflop({"plan", "no-such-law", "--flops", "1e21", "--quiet"}).err.empty());
}

TEST_CASE("isoflop: nothing is coloured with NO_COLOR or without", "[cli][format]") {
  const Workplace here;
  for (const char* setting : {"NO_COLOR=1", "NO_COLOR="}) {
    const Outcome plan = here.shell("export " + std::string(setting) +
                                    "; isoflop plan krajewski2024-e64 --flops 1e21; isoflop fits");
    CHECK_FALSE(plan.out.empty());
    CHECK_FALSE(plan.err.empty());
    CHECK(plan.out.find('\033') == std::string::npos);
    CHECK(plan.err.find('\033') == std::string::npos);
  }
}

}  // namespace
}  // namespace isoflop::testing::command_line_habits_test
