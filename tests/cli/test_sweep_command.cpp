#include "catch.hpp"
#include "cli/program.hpp"

namespace isoflop::testing::sweep_command_test {
namespace {

const std::vector<std::string> kSmall{
    "sweep", "krajewski2024-e64", "--flops", "1e18", "1e19", "--cells", "3", "--granularity", "8"};

std::vector<std::string> small_and(std::vector<std::string> more) {
  more.insert(more.begin(), kSmall.begin(), kSmall.end());
  return more;
}

TEST_CASE("isoflop sweep: every cell has a launch configuration of its own", "[cli][format]") {
  struct Trainer {
    const char *name, *ending, *part;
    std::vector<std::string> more;
  };
  for (const Trainer& t : {Trainer{"megatron", ".args", "--train-iters", {}},
                           Trainer{"hf", ".json", "\"model_type\"", {"--gated"}},
                           Trainer{"torchtitan", ".py", "steps", {"--gated"}}}) {
    const Workplace here;
    std::vector<std::string> more{"--emit", t.name, "--emit-dir", "runs/all"};
    more.insert(more.end(), t.more.begin(), t.more.end());
    const Outcome out = here.isoflop(small_and(more));
    CAPTURE(t.name, out.err);
    CHECK(out.exit_code == 0);
    for (const char* cell : {"1e18-1", "1e18-2", "1e18-3", "1e19-1", "1e19-2", "1e19-3"}) {
      REQUIRE(here.exists(std::string("runs/all/") + cell + t.ending));
    }
    CHECK(contains(here.read(std::string("runs/all/1e18-2") + t.ending), t.part));
  }
}

TEST_CASE("isoflop sweep: profiles and fit read its table as it is", "[cli][identity]") {
  const Workplace here;
  const Outcome designed =
      here.isoflop({"sweep", "besiroglu2024", "--flops", "1e18", "3e18", "1e19", "--noise", "0.1",
                    "--octaves", "6", "--simulate", "-o", "sweep.csv"});
  REQUIRE(designed.exit_code == 0);
  const Outcome profiles =
      here.isoflop({"profiles", "sweep.csv", "--column", "loss=loss_simulated", "--flops", "1e20"});
  CHECK(profiles.exit_code == 0);
  CHECK(contains(profiles.out, "21 runs of sweep.csv in 3 budgets"));
  const Outcome fit = here.isoflop({"fit", "sweep.csv", "--law", "chinchilla", "--column",
                                    "loss=loss_simulated", "--bootstrap", "0"});
  CHECK(fit.exit_code == 0);
  CHECK(contains(fit.out, "runs          21 of 21 rows of sweep.csv"));
}

TEST_CASE("isoflop sweep: without noise nothing is foretold, and it says what is missing",
          "[cli][refusal]") {
  const Workplace here;
  const Outcome out = here.isoflop(kSmall);
  CHECK(out.exit_code == 0);
  CHECK(contains(out.out, "What it will say is foretold where --noise says"));
  CHECK_FALSE(contains(out.out, "Other grids"));
}

TEST_CASE("isoflop sweep: words that contradict each other are refused in one line",
          "[cli][refusal]") {
  const Workplace here;
  auto refused = [&](std::vector<std::string> more, const std::string& why) {
    const Outcome out = here.isoflop(small_and(std::move(more)));
    CAPTURE(out.err);
    CHECK(out.exit_code == 2);
    CHECK(num_lines(out.err) == 1);
    CHECK(contains(out.err, why));
    CHECK(out.out.empty());
  };
  refused({"--emit", "megatron"}, "--emit and --emit-dir belong together");
  refused({"--emit-dir", "runs"}, "--emit and --emit-dir belong together");
  refused({"--csv", "--json"}, "--csv and --json exclude each other");
  refused({"--within", "10%"}, "how far runs scatter is not known of this law: add --noise");
  refused({"--octaves", "0"}, "--octaves");
}

TEST_CASE("isoflop sweep: cells that a table leaves out are counted", "[cli][refusal]") {
  const Workplace here;
  const Outcome out = here.isoflop(small_and({"--multiple-of", "512", "--csv"}));
  CHECK(out.exit_code == 0);
  CHECK(contains(out.err, "cells were dropped; without --csv the reasons are shown"));
}

TEST_CASE("isoflop sweep: a fit brings its own noise", "[cli][identity]") {
  const Workplace here;
  REQUIRE(here.isoflop({"fit", "data/published/krajewski2024_grid_simulated.csv", "--law",
                        "fine-grained-moe", "--column", "loss=loss_simulated", "--n-means",
                        "total_non_embedding", "--expansion", "64", "--bootstrap", "0", "-o",
                        "law.json"})
              .exit_code == 0);
  const Outcome out = here.isoflop({"sweep", "law.json", "--flops", "1e18", "3e18", "1e19",
                                    "--granularity", "8", "--simulations", "100", "--json"});
  REQUIRE(out.exit_code == 0);
  const Json json = Json::parse(out.out);
  const Json law = Json::parse(here.read("law.json"));
  CHECK(json["noise"].get<double>() > 0.002);
  CHECK(json["noise"].get<double>() < 0.01);
  CHECK(json["forecast"]["n"]["half_width"].is_number());
}

}  // namespace
}  // namespace isoflop::testing::sweep_command_test
