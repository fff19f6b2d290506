// What happens around the timing of a list of runs: order, limits, files and faults.
#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "apps/isoflop-bench/runs.hpp"
#include "catch.hpp"
#include "fake_device.hpp"
#include "io/scratch_folder.hpp"
#include "isoflop/io/cost_table_file.hpp"

namespace measure_test {

using namespace isoflop;
using namespace isoflop::bench;
using isoflop::app::describe_missed;
using namespace isoflop_test;

namespace {

std::vector<PlannedRun> runs_of(const std::vector<std::uint64_t>& granularities,
                                const std::string& backend = "loop") {
  std::vector<PlannedRun> out;
  for (const std::uint64_t g : granularities) {
    PlannedRun run;
    run.configuration.layer.tokens = 1024;
    run.configuration.layer.d_model = 256;
    run.configuration.layer.experts = {
        .d_ff = 1024, .num_experts = 8 * g, .expert_width = 1024 / g, .top_k = g};
    run.configuration.backend = backend;
    out.push_back(run);
  }
  return out;
}

MeasureRequest to_file(const std::string& output = "") {
  MeasureRequest out;
  out.output = output;
  return out;
}

std::vector<std::uint64_t> experts_timed(const FakeCard& card) {
  std::vector<std::uint64_t> out;
  for (const Configuration& x : card.timed) out.push_back(x.layer.experts.num_experts);
  return out;
}

}  // namespace

TEST_CASE("measure: runs are timed in their order and stand in the table", "[bench][identity]") {
  FakeCard card;
  const MeasureResult result = measure_runs(fake_world(card), runs_of({1, 8, 2}), {});
  CHECK(experts_timed(card) == std::vector<std::uint64_t>{8, 64, 16});
  CHECK(result.num_measured == 3);
  CHECK(result.table.rows.size() == 9);
  CHECK(result.table.environment.date == "2026-01-01T00:00:00Z");
  CHECK(exit_code_of(result) == 0);
  CHECK(describe_missed(result).empty());
}

TEST_CASE("measure: what the device does not hold is skipped with what it needs",
          "[bench][refusal]") {
  FakeCard card;
  card.free_bytes = 1'000'000;  // a row of granularity 1 takes 512 KB, of 8 eight times that
  const MeasureResult result = measure_runs(fake_world(card), runs_of({1, 8}), {});
  CHECK(experts_timed(card) == std::vector<std::uint64_t>{8});
  REQUIRE(result.skipped.size() == 1);
  CHECK(result.skipped[0].reason == "needs 4.194 MB, 1.000 MB are free");
  CHECK(exit_code_of(result) == 0);
}

TEST_CASE("measure: a run whose check fails is not timed, and the exit code says so",
          "[bench][refusal]") {
  FakeCard card;
  card.is_wrong = [](const Configuration& x) { return x.layer.experts.top_k == 8; };
  const MeasureResult result = measure_runs(fake_world(card), runs_of({1, 8, 2}), {});
  CHECK(experts_timed(card) == std::vector<std::uint64_t>{8, 16});
  REQUIRE(result.failed.size() == 1);
  CHECK(result.failed[0].reason ==
        "the check failed: out is off by 250.0e-3, allowed are 16.70e-3");
  CHECK(describe_missed(result).find("E' 64") != std::string::npos);
  CHECK(exit_code_of(result) == 1);
}

TEST_CASE("measure: within a limit what is complete is written and the rest is listed",
          "[bench][limit]") {
  const testing::ScratchFolder folder;
  const std::string path = folder.path("cost.json");
  FakeCard card;
  card.seconds_per_run = 10.0;
  MeasureRequest request = to_file(path);
  request.limit_s = 25.0;
  const MeasureResult result = measure_runs(fake_world(card), runs_of({1, 8, 32, 2}), request);
  CHECK(result.num_measured == 2);
  CHECK(result.left.size() == 2);
  CHECK(read_cost_table(path).rows.size() == 6);
  CHECK(exit_code_of(result) == 0);
}

TEST_CASE("measure: a resumed sweep times what is left and nothing twice", "[bench][identity]") {
  const testing::ScratchFolder folder;
  const std::string path = folder.path("cost.json");
  FakeCard card;
  card.fails_at = 2;
  CHECK_THROWS_AS(measure_runs(fake_world(card), runs_of({1, 8, 32, 2}), to_file(path)), CudaError);
  CHECK(read_cost_table(path).rows.size() == 6);  // what was complete is there

  card.fails_at = -1;
  card.timed.clear();
  MeasureRequest request = to_file(path);
  request.resume = true;
  const MeasureResult result = measure_runs(fake_world(card, {"isoflop-bench", "moe", "--resume"}),
                                            runs_of({1, 8, 32, 2}), request);
  CHECK(result.num_resumed == 2);
  CHECK(experts_timed(card) == std::vector<std::uint64_t>{256, 16});
  CHECK(card.num_peaks == 1);
  CHECK(read_cost_table(path).rows.size() == 12);
}

TEST_CASE("measure: measurements are never written over", "[bench][refusal]") {
  const testing::ScratchFolder folder;
  const std::string path = folder.path("cost.json");
  FakeCard card;
  measure_runs(fake_world(card), runs_of({1}), to_file(path));
  CHECK_THROWS_WITH(measure_runs(fake_world(card), runs_of({1}), to_file(path)),
                    path +
                        ": holds measurements already; resume goes on with them, or name "
                        "another file");
  CHECK(read_cost_table(path).rows.size() == 3);

  const std::string other = folder.write("notes.txt", "not a table");
  CHECK_THROWS_WITH(measure_runs(fake_world(card), runs_of({1}), to_file(other)),
                    other + ": exists and is no cost table; name another file");
}

TEST_CASE("measure: another device or another command cannot be resumed", "[bench][refusal]") {
  const testing::ScratchFolder folder;
  MeasureRequest request = to_file(folder.path("cost.json"));
  FakeCard card;
  measure_runs(fake_world(card), runs_of({1}), request);
  request.resume = true;
  CHECK_THROWS_AS(measure_runs(fake_world(card, {"isoflop-bench", "sweep"}), runs_of({1}), request),
                  DataError);
  card.uuid = "GPU-other";
  CHECK_THROWS_AS(measure_runs(fake_world(card), runs_of({1}), request), DataError);
}

TEST_CASE("measure: drift of the anchor marks the rows of its stretch alone", "[bench][identity]") {
  FakeCard card;
  int num_anchors = 0;
  World world = fake_world(card);
  class Drifting : public FakeDevice {
   public:
    Drifting(FakeCard& given, int& num) : FakeDevice(given), num_(num) {}
    double anchor_s() override { return ++num_ <= 2 ? 1e-3 : 1.05e-3; }

   private:
    int& num_;
  };
  world.open_device = [&] { return std::make_unique<Drifting>(card, num_anchors); };
  std::vector<PlannedRun> runs = runs_of({1, 2, 4, 8, 16, 32, 1, 2, 4, 8});
  for (std::size_t i = 6; i < runs.size(); ++i) runs[i].configuration.seed = 2;
  const MeasureResult result = measure_runs(world, runs, {});
  REQUIRE(result.num_measured == 10);
  for (std::size_t i = 0; i < result.table.rows.size(); ++i) {
    const std::vector<std::string>& remarks = result.table.rows[i].remarks;
    INFO(i);
    CHECK(remarks ==
          (i < 24 ? std::vector<std::string>{} : std::vector<std::string>{"drift: 5.0 %"}));
  }
}

TEST_CASE("measure: a file that cannot be written is said before the device is opened",
          "[bench][refusal]") {
  FakeCard card;
  CHECK_THROWS_AS(
      measure_runs(fake_world(card), runs_of({1}), to_file("/no such folder/cost.json")),
      DataError);
  CHECK(card.num_peaks == 0);
}

}  // namespace measure_test
