#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::usage_errors_test {
namespace {

using Words = std::vector<std::string>;

const std::string kRuns = "data/published/krajewski2024_grid_simulated.csv";

struct UsageError {
  Words words;
  std::string hint;  ///< what stderr must say
};

void check_usage_errors(const std::vector<UsageError>& errors) {
  const Workplace here;
  for (const UsageError& error : errors) {
    std::string line;
    for (const std::string& word : error.words) line += " " + word;
    INFO("isoflop" << line);
    const Outcome outcome = here.isoflop(error.words);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(contains(outcome.err, error.hint));
    CHECK(here.files().empty());
  }
}

/// A fit that is all right but for the words that follow.
Words fit_with(const Words& more) {
  Words words{
      "fit",      kRuns,      "--law", "fine-grained-moe", "--column", "loss=loss_simulated", "-o",
      "law.json", "--starts", "5"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Words plan_with(const Words& more) {
  Words words{"plan", "krajewski2024-e64", "--flops", "1e21"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST_CASE("isoflop: a command line without a known command exits 2", "[cli][refusal]") {
  check_usage_errors({{{"--quiet"}, ""}, {{"fits"}, "no command \"fits\""}, {{"--bogus"}, ""}});
}

TEST_CASE("isoflop: an unknown option is named and exits 2", "[cli][refusal]") {
  check_usage_errors({{plan_with({"--bogus"}), "--bogus"},
                      {fit_with({"--bogus"}), "--bogus"},
                      {{"laws", "--bogus"}, "--bogus"},
                      {{"predict", "hoffmann2022", "--bogus"}, "--bogus"}});
}

TEST_CASE("isoflop: a word too many exits 2", "[cli][refusal]") {
  check_usage_errors({{{"plan", "--", "hoffmann2022", "--flops", "1e21"},
                       "no option stands behind --, which ends them"},
                      {{"laws", "chinchilla", "hoffmann2022"}, "hoffmann2022"},
                      {{"predict", "hoffmann2022", "70B", "--n", "70B", "--d", "1T"}, "70B"}});
}

TEST_CASE("isoflop fit: bad words exit 2 before any file is read", "[cli][refusal]") {
  check_usage_errors({
      {{"fit", "--law", "chinchilla"}, "FILE"},
      {{"fit", kRuns}, "--law"},
      {{"fit", kRuns, "--law", "kaplan2021"}, "kaplan2021"},
      {{"fit", "none.csv", "--law", "chinchilla", "--fix", "x"}, "--fix"},
      {fit_with({"--fix", "c=much"}), "much"},
      {fit_with({"--fix", "E=1"}), "no coefficient \"E\""},
      {fit_with({"--fix", "c=0"}), "cannot fix c"},
      {fit_with({"--fix", "c=1", "c=2"}), "twice"},
      {fit_with({"--tie", "alpha"}), "--tie"},
      {fit_with({"--tie", "a=alpha"}), "cannot tie a to alpha"},
      {fit_with({"--tie", "alpha=delta"}), "no coefficient \"delta\""},
      {fit_with({"--huber-delta", "0"}), "--huber-delta"},
      {fit_with({"--huber-delta", "-1e-3"}), "--huber-delta"},
      {fit_with({"--huber-delta", "small"}), "--huber-delta"},
      {fit_with({"--residual", "square"}), "--residual"},
      {fit_with({"--starts", "0"}), "--starts"},
      {fit_with({"--starts", "1.5"}), "--starts"},
      {fit_with({"--seed", "-1"}), "--seed"},
      {fit_with({"--seed", "1e18"}), "at most 9e15"},
      {fit_with({"--best-of", ""}), "--best-of"},
      {fit_with({"--best-of", "N,,D"}), "--best-of"},
      {fit_with({"--threads", "two"}), "--threads"},
      {fit_with({"--n-means", "all"}), "total_non_embedding"},
      {fit_with({"--expansion", "0.5"}), "--expansion"},
      {fit_with({"--where", "N"}), "--where"},
      {fit_with({"--where", "N=large"}), "large"},
      {fit_with({"--column", "n"}), "--column"},
      {fit_with({"--column", "params=N"}), "params"},
  });
}

TEST_CASE("isoflop plan: bad words exit 2", "[cli][refusal]") {
  check_usage_errors({
      {{"plan", "krajewski2024-e64"}, "--flops"},
      {{"plan", "krajewski2024-e64", "--flops"}, "--flops"},
      {{"plan", "--flops", "1e21"}, "name a law"},
      {plan_with({"--law", "hoffmann2022"}), "not both"},
      {{"plan", "krajewski2024-e64", "--flops", "lots"}, "lots"},
      {{"plan", "krajewski2024-e64", "--flops", "1e20,,1e21"}, "--flops"},
      {{"plan", "krajewski2024-e64", "--flops", "0"}, "--flops"},
      {{"plan", "krajewski2024-e64", "--flops", "-1e21"}, "--flops"},
      {{"plan", "krajewski2024-e64", "--flops", "1e999"}, "1e999"},
      {plan_with({"--cost", "foo"}), "foo"},
      {plan_with({"--granularity", "fine"}), "fine"},
      {plan_with({"--granularity", "0.5"}), "--granularity"},
      {plan_with({"--max-granularity", "0"}), "--max-granularity"},
      {plan_with({"--router-cost", "-1"}), "--router-cost"},
      {plan_with({"--active-cost", "0"}), "--active-cost"},
      {plan_with({"--width-per-block", "0"}), "--width-per-block"},
  });
}

TEST_CASE("isoflop plan: words that contradict the law exit 2", "[cli][refusal]") {
  check_usage_errors({
      {{"plan", "hoffmann2022", "--flops", "1e21", "--granularity", "4"}, "has no granularity"},
      {plan_with({"--cost", "6nd"}), "--granularity X"},
      {plan_with({"--cost", "6nd", "--granularity", "continuous"}), "--granularity X"},
      {plan_with({"--expansion", "16"}), "E = 64"},
      {plan_with({"--expansion", "0.5"}), "--expansion"},
      {plan_with({"--n-means", "active_non_embedding"}), "total_non_embedding"},
      {{"plan", "hoffmann2022", "--flops", "1e21", "--cost", "paper"}, "--cost 6nd"},
  });
}

TEST_CASE("isoflop: words that would change nothing exit 2", "[cli][refusal]") {
  const Words hours{"plan", "krajewski2024-e64", "--gpu-hours", "1000", "--gpu", "h100-sxm"};
  const auto hours_with = [&](const Words& more) {
    Words out = hours;
    out.insert(out.end(), more.begin(), more.end());
    return out;
  };
  check_usage_errors({
      {hours_with({"--backend", "nonsense"}), "--cost-table, which is missing"},
      {hours_with({"--regime", "burst"}), "--cost-table, which is missing"},
      {{"plan", "hoffmann2022", "--gpus", "8.5", "--days", "3", "--gpu", "h100-sxm"},
       "--gpus: \"8.5\" is not a whole number"},
      {plan_with({"--granularity", "32", "--max-granularity", "8"}),
       "--granularity 32 is above --max-granularity 8"},
      {{"granularity", "krajewski2024-e64", "--n-active", "1B", "--d", "20B", "--max-granularity",
        "8"},
       "--max-g"},
      {{"figure", "loss", "hoffmann2022", "--flops", "1e21"}, "for the picture frontier, not loss"},
      {{"figure", "loss", "hoffmann2022", "--from", "1e21"}, "for the picture frontier, not loss"},
      {fit_with({"--bootstrap", "0", "--interval", "bca"}), "--bootstrap, which is 0"},
      {fit_with({"--bootstrap", "0", "--resample-size", "same"}), "--bootstrap, which is 0"},
      {fit_with({"--bootstrap", "1"}), "one resample"},
  });
}

TEST_CASE("isoflop: a price that does not count is said to, and may stand in a file for all laws",
          "[cli][format]") {
  const Workplace here;
  here.write("team.json", R"({"router_cost": 20})");
  const Words plan{"plan", "hoffmann2022", "--flops", "1e21"};
  for (const Words& more : {Words{"--config", "team.json"}, Words{"--router-cost", "20"}}) {
    Words words = plan;
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = here.isoflop(words);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.out == here.isoflop(plan).out);
    CHECK(contains(outcome.err, "--router-cost changes nothing"));
  }
}

TEST_CASE(
    "isoflop: limits of experts and of doubts are said to change nothing where there are none",
    "[cli][format]") {
  const Workplace here;
  const Words dense{"plan", "hoffmann2022", "--flops", "1e21", "--shapes"};
  for (const auto& [more, said] :
       {std::pair{Words{"--max-granularity", "8"},
                  "--max-granularity changes nothing: the law chinchilla has no granularity"},
        std::pair{Words{"--max-regret", "10%", "--max-n-span", "3"},
                  "--max-n-span and --max-regret change nothing: no resamples are at hand"},
        std::pair{Words{"--expert-parallel", "8"},
                  "--expert-parallel changes nothing: these models have no experts"}}) {
    Words words = dense;
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = here.isoflop(words);
    CAPTURE(said);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.out == here.isoflop(dense).out);
    CHECK(contains(outcome.err, said));
  }
  const Outcome routed =
      here.isoflop({"plan", "krajewski2024-e64", "--flops", "1e21", "--max-granularity", "64",
                    "--shapes", "--expert-parallel", "8"});
  CHECK(routed.exit_code == 0);
  CHECK(routed.err.empty());
}

TEST_CASE("isoflop granularity: the finest G tried is said to be that where it wins",
          "[cli][format]") {
  const Workplace here;
  const Words words{"granularity", "krajewski2024-e64", "--n-active", "1B", "--d", "20B"};
  Words few = words;
  few.insert(few.end(), {"--max-g", "8"});
  CHECK(contains(here.isoflop(few).out, "G = 8 wins, by 0.0148 nats over G = 4; it is the finest"));
  CHECK(!contains(here.isoflop(words).out, "finest tried"));
}

TEST_CASE("isoflop plan: an MoE law that says too little asks for it and exits 2",
          "[cli][refusal]") {
  const Workplace here;
  REQUIRE(here.fit_simulated({"--starts", "30", "-o", "law.json"}).exit_code == 0);
  const Outcome nothing = here.isoflop({"plan", "law.json", "--flops", "1e21"});
  CHECK(nothing.exit_code == 2);
  CHECK(contains(nothing.err, "--expansion E"));
  const Outcome no_meaning =
      here.isoflop({"plan", "law.json", "--flops", "1e21", "--expansion", "64"});
  CHECK(no_meaning.exit_code == 2);
  CHECK(contains(no_meaning.err, "--n-means total_non_embedding"));
  const Outcome enough = here.isoflop({"plan", "law.json", "--flops", "1e21", "--expansion", "64",
                                       "--n-means", "total_non_embedding"});
  CHECK(enough.exit_code == 0);
  CHECK(enough.err.empty());
}

TEST_CASE("isoflop predict: bad words exit 2", "[cli][refusal]") {
  check_usage_errors({
      {{"predict"}, "name a law"},
      {{"predict", "hoffmann2022", "--law", "besiroglu2024", "--n", "1B", "--d", "1B"}, "not both"},
      {{"predict", "hoffmann2022", "--n", "70B"}, "--d"},
      {{"predict", "krajewski2024-e64", "--n", "70B", "--d", "1T"}, "--g"},
      {{"predict", "hoffmann2022", "--n", "70B", "--d", "1T", "--g", "8"}, "--g"},
      {{"predict", "hoffmann2022", "--n", "0", "--d", "1T"}, "--n"},
      {{"predict", "hoffmann2022", "--n", "-70B", "--d", "1T"}, "--n"},
      {{"predict", "hoffmann2022", "--n", "70 Q", "--d", "1T"}, "70 Q"},
  });
}

TEST_CASE("isoflop: an option with an empty word is not one that was not given", "[cli][refusal]") {
  const Workplace here;
  const Outcome limit =
      here.isoflop({"plan", "hoffmann2022", "--flops", "1e21", "--max-n-active", ""});
  CHECK(limit.exit_code == 2);
  CHECK(limit.out.empty());
  CHECK(limit.err == "isoflop: --max-n-active: is given an empty word\n");
  const Outcome report = here.shell(
      "isoflop fit data/simulated/hoffmann2022_sweep.csv --law chinchilla -o \"$UNSET_FOR_THIS\"");
  CHECK(report.exit_code == 2);
  CHECK(report.out.empty());
}

}  // namespace
}  // namespace isoflop::testing::usage_errors_test
