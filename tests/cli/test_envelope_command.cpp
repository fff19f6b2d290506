#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::envelope_command_test {
namespace {

const std::string kCurves = "data/simulated/hoffmann2022_curves.csv";

TEST_CASE("isoflop envelope: it warns of schedules and names those it is told of",
          "[cli][format]") {
  const Workplace here;
  const Outcome plain = here.isoflop({"envelope", kCurves});
  CHECK(plain.exit_code == 0);
  CHECK(contains(plain.out, "no column says which schedule these are of; --schedule COL"));
  const Outcome told = here.isoflop({"envelope", kCurves, "--schedule", "schedule"});
  CHECK(contains(told.out, "constant: 225 checkpoints"));
  here.write("mixed.csv",
             "run,N,D,s,loss\na,1e8,1e9,wsd,4\na,1e8,3e9,wsd,3.6\nb,3e8,1e9,cosine,3.9\n"
             "b,3e8,3e9,cosine,3.4\n");
  const Outcome mixed = here.isoflop({"envelope", "mixed.csv", "--schedule", "s"});
  CHECK(mixed.exit_code == 0);
  CHECK(contains(mixed.out, "warning: checkpoints of several schedules"));
  CHECK(contains(mixed.out, "No power law"));
}

TEST_CASE("isoflop envelope: its points are CSV on request", "[cli][format]") {
  const Outcome csv = Workplace().isoflop({"envelope", kCurves, "--points", "100", "-o", "-"});
  CHECK(csv.exit_code == 0);
  CHECK(csv.out.substr(0, csv.out.find('\n')) == "flops,n,d,loss,run,at_edge");
  CHECK(num_lines(csv.out) == 101);
}

TEST_CASE("isoflop envelope: one size is refused in one line", "[cli][refusal]") {
  const Outcome one = Workplace().isoflop({"envelope", kCurves, "--where", "N<4e7"});
  CHECK(one.exit_code == 2);
  CHECK(num_lines(one.err) == 1);
  CHECK(contains(one.err, "two sizes or more"));
}

}  // namespace
}  // namespace isoflop::testing::envelope_command_test
