#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::backtest_command_test {
namespace {

using Words = std::vector<std::string>;

const std::string kRuns = "data/published/krajewski2024_grid_simulated.csv";

/// A quick backtest of the simulated runs, with further words.
Words backtest_with(const Words& more) {
  Words words{"backtest", kRuns, "--column", "loss=loss_simulated", "--starts", "10"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST_CASE("isoflop backtest: the JSON has the documented fields", "[cli][format]") {
  const Workplace here;
  const Outcome outcome = here.isoflop(backtest_with(
      {"--law", "fine-grained-moe,chinchilla", "--hold-out", "compute:20%", "--json"}));
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  const Json json = Json::parse(outcome.out);
  CHECK(keys_of(json) == Words{"format", "n_means", "expansion", "experts", "hold_out", "runs_fit",
                               "runs_held_out", "laws"});
  CHECK(json["format"] == "isoflop.backtest/1");
  CHECK(json["hold_out"] == "compute:20%");
  // A fifth of 78, and those that have as much compute as the least of these.
  CHECK(json["runs_held_out"] == 18);
  CHECK(json["runs_fit"] == 60);
  REQUIRE(json["laws"].size() == 2);
  CHECK(json["laws"][0]["law"] == "fine-grained-moe");
  CHECK(json["laws"][0]["num_parameters"] == 7);
  CHECK(json["laws"][1]["law"] == "chinchilla");
  CHECK(json["laws"][1]["num_parameters"] == 5);
  const Json& law = json["laws"][0];
  CHECK(keys_of(law) == Words{"law", "fitted", "conversions", "num_parameters", "verdict", "status",
                              "rmse_log_fit", "rmse_log_held_out", "rmse_nats_held_out",
                              "rmse_per_cent_held_out", "mean_error_per_cent", "coverage_95",
                              "draws", "plan_budget_flops", "plan_granularity", "plan_error_flops",
                              "forecasts"});
  CHECK(law["status"] == "converged");
  CHECK(law["forecasts"].size() == 18);
  CHECK(keys_of(law["forecasts"][0]) ==
        Words{"line", "observed", "predicted", "interval", "curve"});
  CHECK(law["plan_granularity"] == 4.0);
  CHECK(json["laws"][1]["plan_granularity"].is_null());
  CHECK(law["plan_error_flops"].get<double>() >= 0.0);
  CHECK(law["plan_error_flops"].get<double>() < law["plan_budget_flops"].get<double>());
}

TEST_CASE("isoflop backtest: the law of the simulated runs is named as the best",
          "[cli][recovery]") {
  const Workplace here;
  const Outcome outcome = here.isoflop(backtest_with({"--law", "chinchilla,fine-grained-moe"}));
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  for (const char* part :
       {"(compute:20%)", "free coefficients", "held out: rms error", "plan error",
        "fine-grained-moe forecast best", "No run that was held out took part in choosing"}) {
    CAPTURE(part);
    CHECK(contains(outcome.out, part));
  }
}

/// The simulated runs at G = 1 with one more column, which holds these words row by row.
std::string marked_runs(const Workplace& here, const Words& marks) {
  std::istringstream in(here.read(kRuns));
  std::string out, line;
  std::getline(in, line);
  out = line + ",test\n";
  for (std::size_t i = 0; std::getline(in, line); ++i)
    out += line + "," + marks[i % marks.size()] + "\n";
  return out;
}

TEST_CASE("isoflop backtest: a column says which runs are held out", "[cli][format]") {
  const Workplace here;
  here.write("runs.csv", marked_runs(here, {"0", "", "no", "False", "yes", "TRUE"}));
  for (const char* rule : {"test", "column:test"}) {
    Words words = backtest_with({"--law", "fine-grained-moe", "--hold-out", rule, "--json"});
    words[1] = "runs.csv";
    const Json json = Json::parse(here.isoflop(words).out);
    CHECK(json["hold_out"] == "column:test");
    CHECK(json["runs_held_out"] == 26);
    // The fifth and sixth run, behind a header.
    CHECK(json["laws"][0]["forecasts"][0]["line"] == 6);
    CHECK(json["laws"][0]["forecasts"][1]["line"] == 7);
  }
}

struct Refusal {
  Words words;
  int exit_code;
  std::string hint;
};

TEST_CASE("isoflop backtest: what cannot be held out is refused", "[cli][refusal]") {
  const Workplace here;
  here.write("runs.csv", marked_runs(here, {"0"}));
  here.write("maybe.csv", marked_runs(here, {"0", "maybe"}));
  for (const Refusal& refusal : std::vector<Refusal>{
           {{"--hold-out", "tokens:20%"}, 2, "no rule \"tokens\""},
           {{"--hold-out", "compute"}, 2, "compute:20%"},
           {{"--hold-out", "n:20"}, 2, "such as 20%"},
           {{"--hold-out", "n:99%"}, 1, "hides every run"},
           {{"--hold-out", "d:50%"}, 1, "fewer than the 7 coefficients of fine-grained-moe"},
           {{"--hold-out", "tset"}, 1, "no column \"tset\""},
       }) {
    Words words =
        backtest_with({"--law", "fine-grained-moe", "--where", "G<3", "--where", "N<5e8"});
    words.insert(words.end(), refusal.words.begin(), refusal.words.end());
    const Outcome outcome = here.isoflop(words);
    INFO(refusal.words[1] << "\n" << outcome.err);
    CHECK(outcome.exit_code == refusal.exit_code);
    CHECK(outcome.out.empty());
    CHECK(contains(outcome.err, refusal.hint));
  }
  Words words = backtest_with({"--law", "fine-grained-moe", "--hold-out", "test"});
  words[1] = "runs.csv";
  CHECK(contains(here.isoflop(words).err, "runs.csv: the hold-out column:test hides no run"));
  words[1] = "maybe.csv";
  CHECK(contains(here.isoflop(words).err, "maybe.csv:3: column \"test\" holds \"maybe\""));
}

TEST_CASE("isoflop backtest: bad lists of laws exit 2", "[cli][refusal]") {
  const Workplace here;
  for (const auto& [laws, hint] : std::vector<std::pair<std::string, std::string>>{
           {"no-such", "no-such"},
           {"chinchilla,", "missing beside a comma"},
           {"chinchilla,chinchilla", "given twice"},
           {"besiroglu2024,besiroglu2024", "given twice"}}) {
    const Outcome outcome = here.isoflop(backtest_with({"--law", laws}));
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(contains(outcome.err, hint));
  }
}

TEST_CASE("isoflop backtest: any number of threads prints the same bytes", "[cli][identity]") {
  const Workplace here;
  const auto with_threads = [&](const char* count) {
    return here.isoflop(backtest_with({"--law", "fine-grained-moe", "--threads", count, "--json"}))
        .out;
  };
  const std::string one = with_threads("1");
  CHECK_FALSE(one.empty());
  CHECK(one == with_threads("3"));
}

}  // namespace
}  // namespace isoflop::testing::backtest_command_test
