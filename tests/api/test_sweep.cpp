#include <cmath>

#include "api/doors.hpp"
#include "catch.hpp"
#include "cli/program.hpp"
#include "isoflop/api/profiles.hpp"
#include "isoflop/api/sweep.hpp"
#include "isoflop/io/json_text.hpp"
#include "isoflop/plan/planner.hpp"
#include "isoflop/shape/flop_count.hpp"
#include "isoflop/sweep/profiles.hpp"
#include "isoflop/text/sweep.hpp"

namespace isoflop::testing::sweep_door_test {
namespace {

api::SweepRequest moe_request() {
  api::SweepRequest out;
  out.planner.law.law = "krajewski2024-e64";
  out.planner.accounting.granularity = 8.0;
  out.budget.flops = {1e18, 3e18, 1e19, 3e19};
  out.noise = 0.3;
  out.simulations = 200;
  return out;
}

api::SweepRequest dense_request() {
  api::SweepRequest out;
  out.planner.law.law = "besiroglu2024";
  out.budget.flops = {1e18, 1e19, 1e20};
  out.noise = 0.3;
  out.simulations = 200;
  return out;
}

TEST_CASE("api sweep: the door gives the program's document, text and CSV to the byte",
          "[api][identity]") {
  const std::vector<std::string> words{
      "sweep", "krajewski2024-e64", "--flops", "1e18",    "3e18", "1e19",
      "3e19",  "--granularity",     "8",       "--noise", "0.3",  "--simulations",
      "200"};
  auto program = [&](std::vector<std::string> more) {
    more.insert(more.begin(), words.begin(), words.end());
    return Workplace().isoflop(more);
  };
  const api::SweepOutcome outcome = api::sweep(moe_request());
  CHECK(program({"--json"}).out == json_text(to_json(outcome)));
  CHECK(program({}).out == text::sweep(outcome));
  CHECK(program({"--csv"}).out == text::sweep_csv(outcome));
}

TEST_CASE("api sweep: the request reads back", "[api][format]") {
  api::SweepRequest request = moe_request();
  request.granularities = {4, 8}, request.within = 0.2, request.simulate = true;
  const Json json = to_json(request);
  CHECK(json["verb"] == "sweep");
  CHECK(to_json(api::sweep_request(json)) == json);
}

TEST_CASE("api sweep: cells lie about the law's optimum, evenly, and spend their budgets",
          "[api][identity]") {
  const api::SweepOutcome out = api::sweep(moe_request());
  CHECK(out.runs.size() + out.dropped.size() == 4 * 7);
  REQUIRE(out.centres.size() == 4);
  const Planner planner = Planners(out.problem).own();
  PlanOptions fixed = out.problem.search;
  const double step = 4.0 * std::log(2.0) / 6.0;
  for (const api::SweepRun& run : out.runs) {
    const double budget = out.grid.budgets[run.cell.budget];
    CAPTURE(run.name);
    const double centre = planner.optimum(std::log(budget), fixed).log_n_active;
    const double place = static_cast<double>(run.cell.place) - 3.0;
    CHECK(std::log(run.cell.wanted_n_active) == Approx(centre + place * step).margin(1e-9));
    CHECK(std::abs(std::log(run.cell.model.n_active / run.cell.wanted_n_active)) <=
          0.5 * step * (1.0 + 1e-9));
    // Whole steps: at most one more than the budget pays for.
    CHECK(run.flops >= budget * (1.0 - 1e-12));
    CHECK(run.flops <= budget * (1.0 + 1.0 / static_cast<double>(run.run.num_steps - 1)));
    CHECK(run.cell.model.d_tokens ==
          static_cast<double>(run.run.batch_tokens()) * static_cast<double>(run.run.num_steps));
    // The paper's accounting, spelled out: (12 d^2 c_f + d E G c_r) n_blocks per token, and the
    // weights of two norms a block and of the last.
    const auto d = static_cast<double>(run.cell.model.shape.d_model);
    const auto blocks = static_cast<double>(run.cell.model.shape.num_blocks);
    CHECK(run.cell.model.flops_per_token ==
          Approx((12.0 * d * d * 6.0 + d * 64.0 * 8.0 * 14.0) * blocks +
                 6.0 * d * (2.0 * blocks + 1.0))
              .epsilon(1e-12));
  }
}

TEST_CASE("api sweep: cells that cannot be built or batched are dropped with the reason",
          "[api][refusal]") {
  api::SweepRequest coarse = moe_request();
  coarse.shapes.multiple_of = 512;
  const api::SweepOutcome out = api::sweep(coarse);
  REQUIRE_FALSE(out.dropped.empty());
  CHECK(contains(out.dropped.front().reason, "the nearest model that can be built is"));
  CHECK(contains(text::sweep(out), "dropped: 1e18"));

  api::SweepRequest large_batches = moe_request();
  large_batches.shapes.batch_tokens = 16e6;
  const api::SweepOutcome batched = api::sweep(large_batches);
  REQUIRE_FALSE(batched.dropped.empty());
  bool named = false;
  for (const DroppedCell& cell : batched.dropped) {
    named = named || contains(cell.reason, "fewer than 500");
  }
  CHECK(named);
  for (const api::SweepRun& run : batched.runs) CHECK(run.run.num_steps >= 500);
}

TEST_CASE("api sweep: a cell of every granularity is centred on its own optimum",
          "[api][identity]") {
  api::SweepRequest request = moe_request();
  request.planner.accounting.granularity.reset();
  request.granularities = {16, 4};
  request.cells = 3;
  const api::SweepOutcome out = api::sweep(request);
  REQUIRE(out.centres.size() == 8);
  CHECK(out.centres[0].granularity == 4.0);
  CHECK(out.centres[1].granularity == 16.0);
  CHECK(out.centres[0].n_active != out.centres[1].n_active);
  CHECK(contains(out.runs.front().name, "1e18-g4-"));
  for (const api::SweepRun& run : out.runs) {
    CHECK(static_cast<double>(run.cell.model.shape.top_k) == run.cell.model.granularity);
  }
}

TEST_CASE("api sweep: noise shrinks what is foretold in proportion, cells as a root",
          "[api][identity]") {
  api::SweepRequest request = dense_request();
  request.simulations = 2000;
  request.octaves = 5.0;
  const double wide = api::sweep(request).forecast->n.half_width();
  request.noise = 0.1;
  const double narrow = api::sweep(request).forecast->n.half_width();
  CHECK(wide / narrow == Approx(3.0).epsilon(0.02));
}

TEST_CASE("api sweep: two hundred simulated sweeps leave the interval foretold",
          "[api][recovery]") {
  // Other random numbers than the forecast's; the bar of 15 % is the project's own.
  const api::SweepOutcome sweep = api::sweep(dense_request());
  REQUIRE(sweep.forecast);
  std::vector<double> half_widths;
  for (std::uint64_t s = 0; s < 200; ++s) {
    Random random(77'000 + s);
    SweepRuns runs;
    std::vector<Budget> budgets(3);
    for (std::size_t b = 0; b < 3; ++b) budgets[b].flops = sweep.grid.budgets[b];
    for (const api::SweepRun& run : sweep.runs) {
      budgets[run.cell.budget].runs.push_back(runs.num_runs());
      runs.size.push_back(run.cell.model.n_law), runs.n.push_back(run.cell.model.n_law);
      runs.d.push_back(run.cell.model.d_tokens);
      runs.loss.push_back(run.cell.model.loss * std::exp(0.003 * random.normal()));
    }
    ProfilesOptions options;
    options.resamples = 300;
    options.seed = s + 1;
    const ProfilesReport report = profiles_of(runs, budgets, options);
    const Interval i =
        log_interval_at(report.draws, SweepQuantity::kN, std::log(sweep.target_flops));
    half_widths.push_back(0.5 * (i.high - i.low));
  }
  std::nth_element(half_widths.begin(), half_widths.begin() + 100, half_widths.end());
  CHECK(half_widths[100] / sweep.forecast->printed_half_width == Approx(1.0).margin(0.15));
}

TEST_CASE("api sweep: a width that is asked for is kept with the fewest cells", "[api][identity]") {
  api::SweepRequest request = dense_request();
  request.within = 0.15;
  const api::SweepOutcome out = api::sweep(request);
  REQUIRE(out.forecast);
  CHECK(out.forecast->n.half_width() <= std::log(1.15));
  for (const api::OtherSweep& other : out.others) {
    if (other.cells < out.grid.cells) {
      CHECK_FALSE(other.forecast.n.half_width() <= std::log(1.15));
    }
  }
  request.within = 1e-4;
  CHECK_THROWS_WITH(api::sweep(request), Catch::Contains("none of the grids"));
}

TEST_CASE("api sweep: what it simulates is what profiles reads", "[api][identity]") {
  api::SweepRequest request = dense_request();
  request.simulate = true;
  request.noise = 1e-6;
  request.octaves = 2.0;
  const api::SweepOutcome out = api::sweep(request);
  api::ProfilesRequest read;
  Columns columns(3);
  columns[0].name = "N", columns[1].name = "D", columns[2].name = "loss";
  for (const api::SweepRun& run : out.runs) {
    columns[0].numbers.push_back(run.cell.model.n_law);
    columns[1].numbers.push_back(run.cell.model.d_tokens);
    columns[2].numbers.push_back(*run.simulated_loss);
  }
  read.runs.columns = columns;
  read.flops = {out.target_flops};
  read.bootstrap = 0;
  read.approach_3 = "no";
  const api::ProfilesOutcome profiles = api::profiles(read);
  // Budgets are labels to the forecast, and the runs' own FLOPs to profiles.
  CHECK(profiles.at.front().measured[index_of(SweepQuantity::kN)] ==
        Approx(out.forecast->n.noiseless).margin(2e-3));
}

TEST_CASE("api sweep: hours and prices are those of a share of a GPU's peak", "[api][identity]") {
  api::SweepRequest request = dense_request();
  request.budget.peak_flops = 1e15;
  request.budget.mfu = 0.5;
  request.budget.price_per_gpu_hour = 2.0;
  const api::SweepOutcome out = api::sweep(request);
  REQUIRE(out.gpu_hours);
  CHECK(*out.gpu_hours == Approx(out.flops / 5e14 / 3600.0).epsilon(1e-12));
  CHECK(*out.price == Approx(2.0 * *out.gpu_hours).epsilon(1e-12));
}

TEST_CASE("api sweep: models are built as the layers of the cost table were timed",
          "[api][refusal]") {
  api::SweepRequest request = moe_request();
  request.budget.flops = {1e18, 1e19};
  request.time.cost_table = ISOFLOP_SOURCE_DIR "/data/costs/h200-modern.json";
  request.time.micro_batch = 16384.0;
  const api::SweepOutcome out = api::sweep(request);
  REQUIRE(out.usable());
  CHECK(out.runs.front().cell.model.shape.gated);
  REQUIRE(out.gpu_hours);
  CHECK(*out.gpu_hours > 0.0);
  request.shapes.plain = true;
  CHECK_THROWS_WITH(api::sweep(request), Catch::Contains("the cost table has times of gated"));
}

TEST_CASE("api sweep: a request that contradicts itself is refused with its field",
          "[api][refusal]") {
  auto refused = [](auto change, api::SweepRequest request) {
    change(request);
    return refused_field([&] { api::sweep(request); });
  };
  CHECK(refused([](auto& r) { r.budget.flops.clear(); }, moe_request()) == "flops");
  CHECK(refused([](auto& r) { r.cells = 2; }, moe_request()) == "cells");
  CHECK(refused([](auto& r) { r.octaves = 30.0; }, moe_request()) == "octaves");
  CHECK(refused([](auto& r) { r.granularities = {4, 8}; }, moe_request()) == "granularities");
  CHECK(refused([](auto& r) { r.granularities = {4}; }, dense_request()) == "granularities");
  CHECK(refused([](auto& r) { r.noise.reset(), r.within = 0.1; }, moe_request()) == "noise");
  CHECK(refused([](auto& r) { r.noise.reset(), r.simulate = true; }, moe_request()) == "noise");
  CHECK(refused([](auto& r) { r.budget.price_per_gpu_hour = 2.0; }, moe_request()) ==
        "price_per_gpu_hour");
  CHECK(refused([](auto& r) { r.budget.flops = {1e19}, r.within = 0.1; }, moe_request()) ==
        "within");
}

}  // namespace
}  // namespace isoflop::testing::sweep_door_test
