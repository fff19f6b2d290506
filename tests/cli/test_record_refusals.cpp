// Every refusal of a table of runs, as a user of the program meets it: one line on stderr that
// names the place, exit code 1, nothing written. The wording itself is tested with the readers.
#include <algorithm>

#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::record_refusals_test {
namespace {

using Words = std::vector<std::string>;

constexpr std::string_view kHeader = "N,D,G,loss\n1e9,2e10,1,2.9\n";

struct Refusal {
  std::string what, bytes;
  std::string place;  ///< what the line begins with behind "isoflop: "
};

const std::vector<Refusal>& refusals() {
  const std::string good(kHeader);
  static const std::vector<Refusal> rows{
      {"no column G", "N,D,loss\n1e9,2e10,2.9\n", "runs.csv:1: "},
      {"a missing G", good + "1e9,2e10,,2.9\n", "runs.csv:3: "},
      {"N is zero", good + "0,2e10,2,2.9\n", "runs.csv:3: "},
      {"N is negative", good + "-1e9,2e10,2,2.9\n", "runs.csv:3: "},
      {"D is no number", good + "1e9,many,2,2.9\n", "runs.csv:3: "},
      {"loss is zero", good + "1e9,2e10,2,0\n", "runs.csv:3: "},
      {"loss is negative", good + "1e9,2e10,2,-2.9\n", "runs.csv:3: "},
      {"no loss at all", "N,D,G,loss\n1e9,2e10,2,\n", "runs.csv: "},
      {"a short row", good + "1e9,2e10,2\n", "runs.csv:3: "},
      {"a long row", good + "1e9,2e10,2,2.9,7\n", "runs.csv:3: "},
      {"a header that stands twice", "N,D,N,G,loss\n1,2,3,4,5\n", "runs.csv:1: "},
      {"two columns that may be meant", "N,D,G,val_loss,train_loss\n1,2,3,4,5\n", "runs.csv:1: "},
      {"an empty file", "", "runs.csv: "},
      {"no rows", "N,D,G,loss\n", "runs.csv:1: "},
      {"split thousands", good + "1,000,000,2e10,2,2.9\n", "runs.csv:3: "},
      {"a comma of two meanings", "N (M),D,G,loss\n\"1,000\",2e10,2,3\n", "runs.csv:2: "},
      {"a quote that is never closed", good + "\"1e9,2e10,2,2.9\n", "runs.csv:3: "},
  };
  return rows;
}

/// Checks that the fit of the file at `path` is refused at `place`.
void check_refused(const Workplace& here, const Words& words, const std::string& place) {
  here.write("law.json", "older law");
  const Outcome fit = here.isoflop(words);
  CHECK(fit.exit_code == 1);
  CHECK(fit.out.empty());
  CHECK(num_lines(fit.err) == 1);
  CHECK(fit.err.substr(0, 9 + place.size()) == "isoflop: " + place);
  CHECK(here.read("law.json") == "older law");
  const Words files = here.files();
  CHECK(std::find(files.begin(), files.end(), "law.json.part") == files.end());
}

Words fit_of(const std::string& file, const Words& more = {}) {
  Words words{"fit", file, "--law", "fine-grained-moe", "-o", "law.json"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST_CASE("isoflop fit: every fault of a table is one line with its place", "[cli][refusal]") {
  const Workplace here;
  for (const Refusal& refusal : refusals()) {
    INFO(refusal.what);
    here.write("runs.csv", refusal.bytes);
    check_refused(here, fit_of("runs.csv"), refusal.place);
  }
}

TEST_CASE("isoflop fit: a fault in json lines is one line with its place", "[cli][refusal]") {
  const Workplace here;
  here.write("runs.jsonl", R"({"N": 1e9, "D": 2e10, "G": 1, "loss": 2.9})"
                           "\n"
                           R"({"N": 1e9, "D": 2e10, "G": 1, "loss": -2.9})"
                           "\n");
  check_refused(here, fit_of("runs.jsonl"), "runs.jsonl:2: ");
}

TEST_CASE("isoflop fit: a column that does not exist comes with the nearest", "[cli][refusal]") {
  const Workplace here;
  here.write("runs.csv", kHeader);
  const Words words = fit_of("runs.csv", {"--column", "loss=los"});
  check_refused(here, words, "runs.csv:1: ");
  CHECK(contains(here.isoflop(words).err, "--column loss=loss"));
}

TEST_CASE("isoflop fit: a folder in place of the runs is called a folder", "[cli][refusal]") {
  const Workplace here;
  CHECK(contains(here.isoflop(fit_of("data")).err, "data: is a directory; name one file in it"));
}

TEST_CASE("isoflop fit: conditions that leave no row are named", "[cli][refusal]") {
  const Workplace here;
  here.write("runs.csv", kHeader);
  check_refused(here, fit_of("runs.csv", {"--where", "N>1e12"}), "runs.csv: ");
}

TEST_CASE("isoflop fit: too few runs are refused with the file they came from", "[cli][refusal]") {
  const Workplace here;
  here.write("runs.csv", std::string(kHeader) + "2e9,2e10,2,2.8\n");
  check_refused(here, fit_of("runs.csv"), "runs.csv: ");
}

TEST_CASE("isoflop fit: a file that is not there or of no known kind is refused",
          "[cli][refusal]") {
  const Workplace here;
  here.write("runs.xlsx", kHeader);
  for (const char* file : {"none.csv", "runs.xlsx", "data"}) {
    INFO(file);
    check_refused(here, fit_of(file), std::string(file) + ": ");
  }
}

TEST_CASE("isoflop fit: a refusal leaves no file where there was none", "[cli][refusal]") {
  const Workplace here;
  here.write("runs.csv", "N,D,G,loss\n");
  CHECK(here.isoflop(fit_of("runs.csv")).exit_code == 1);
  CHECK(here.files() == Words{"runs.csv"});
}

TEST_CASE("isoflop fit: byte-order mark and CRLF and quotes change nothing", "[cli][identity]") {
  const Workplace here;
  const std::string plain = here.read("data/published/krajewski2024_grid_simulated.csv");
  std::string dressed = "\xEF\xBB\xBF\"";  // every field in quotes
  for (const char c : plain) {
    if (c == ',') {
      dressed += "\",\"";
    } else if (c == '\n') {
      dressed += "\"\r\n\"";
    } else {
      dressed += c;
    }
  }
  dressed.pop_back();  // the quote behind the last line end
  here.write("plain.csv", plain);
  here.write("dressed.csv", dressed);
  const auto fit = [&](const std::string& file) {
    const Outcome outcome = here.isoflop({"fit", file, "--law", "fine-grained-moe", "--column",
                                          "loss=loss_simulated", "--starts", "30", "--json"});
    CHECK(outcome.err.empty());
    return Json::parse(outcome.out);
  };
  const Json expected = fit("plain.csv"), found = fit("dressed.csv");
  CHECK(found["coefficients"] == expected["coefficients"]);
  CHECK(found["fit"] == expected["fit"]);
}

}  // namespace
}  // namespace isoflop::testing::record_refusals_test
