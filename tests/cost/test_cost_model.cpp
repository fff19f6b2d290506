#include <cmath>
#include <set>
#include <string>

#include "catch.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/cost/cost_model.hpp"
#include "planted_table.hpp"

namespace isoflop::cost_model_test {
namespace {

using testing::layer_of;
using testing::LayerRates;
using testing::planted_row;

// Least squares on 4 columns of which those of the whole are close to parallel.
constexpr double kSolved = 1e-6;

/// A card on which every stage takes 3 us and its FLOPs and bytes at fixed rates.
double planted_s(const MoeLayer& layer, Pass pass, Stage stage) {
  const AffineTime law{3e-6, 1.0 / 6e14, 1.0 / 3e12, 1.0 / 3.5e12};
  auto one = [&](Stage part) {
    const LayerSize size = size_of(layer);
    return law.seconds(stage_work(size, balanced_rows(size), part));
  };
  if (stage != Stage::kWhole) return one(stage);
  double out = 0.0;
  for (const Stage part : stages_of(pass)) out += one(part);
  return out;
}

std::vector<CostRow> planted_rows(bool with_stages) {
  std::vector<CostRow> out;
  for (const std::uint64_t d : {1024, 2048}) {
    for (const std::uint64_t granularity : {1, 2, 4, 8, 16}) {
      const MoeLayer layer = layer_of({.d_model = d, .d_ff = 4 * d, .granularity = granularity});
      for (const Pass pass : {Pass::kForward, Pass::kBackward}) {
        auto add = [&](Stage stage) {
          out.push_back(planted_row(layer, pass, stage, planted_s(layer, pass, stage)));
          out.back().routing = "balanced";
        };
        add(Stage::kWhole);
        if (!with_stages) continue;
        for (const Stage stage : stages_of(pass)) add(stage);
      }
    }
  }
  return out;
}

TEST_CASE("CostModel: stages by a planted law predict layers that were not timed",
          "[cost][recovery]") {
  const CostModel model(planted_rows(true));
  for (const LayerRates& rates :
       {LayerRates{.granularity = 64}, {.d_model = 4096, .d_ff = 16384, .granularity = 8}}) {
    const MoeLayer layer = layer_of(rates);
    for (const Pass pass : {Pass::kForward, Pass::kBackward, Pass::kBoth}) {
      REQUIRE(model.covers(pass));
      CHECK(model.seconds(size_of(layer), pass) ==
            Approx(planted_s(layer, pass, Stage::kWhole)).epsilon(kSolved));
    }
  }
}

TEST_CASE("CostModel: of a backend that fuses the stages that are left make the whole",
          "[cost][recovery]") {
  const AffineTime law{3e-6, 1.0 / 6e14, 1.0 / 3e12, 1.0 / 3.5e12};
  const WorkOptions options{.fused = kAllFused};
  auto stage_s = [&](const LayerSize& size, Stage stage) {
    return law.seconds(stage_work(size, balanced_rows(size), stage, options));
  };
  std::vector<CostRow> rows = planted_rows(true);
  std::erase_if(rows, [](const CostRow& row) {
    return row.stage == Stage::kWhole || !is_run(row.stage, kAllFused);
  });
  for (CostRow& row : rows) {
    row.fused = kAllFused;
    row.time_s = stage_s(size_of(row.layer), row.stage);
  }
  const CostModel model(rows);
  const LayerSize size = size_of(layer_of({.granularity = 64}));
  for (const Pass pass : {Pass::kForward, Pass::kBackward}) {
    REQUIRE(model.covers(pass));
    double expected = 0.0;
    for (const Stage stage : stages_of(pass, kAllFused)) expected += stage_s(size, stage);
    CHECK(model.seconds(size, pass) == Approx(expected).epsilon(kSolved));
  }
}

TEST_CASE("CostModel: layers of several T tell arithmetic from the reading of weights",
          "[cost][recovery]") {
  std::vector<CostRow> rows = planted_rows(true);
  const MoeLayer few = layer_of({.tokens = 2048});
  for (const Stage stage : stages_of(Pass::kForward)) {
    rows.push_back(planted_row(few, Pass::kForward, stage, planted_s(few, Pass::kForward, stage)));
  }
  const MoeLayer other = layer_of({.tokens = 65536, .expansion = 8});
  CHECK(CostModel(rows).seconds(size_of(other), Pass::kForward) ==
        Approx(planted_s(other, Pass::kForward, Stage::kWhole)).epsilon(kSolved));
}

TEST_CASE("CostModel: without stages the whole is fitted and both is the sum of two",
          "[cost][recovery]") {
  const CostModel model(planted_rows(false));
  const MoeLayer layer = layer_of({.granularity = 32});
  REQUIRE(model.covers(Pass::kBoth));
  CHECK(model.seconds(size_of(layer), Pass::kBoth) ==
        Approx(planted_s(layer, Pass::kBoth, Stage::kWhole)).epsilon(kSolved));
}

TEST_CASE("CostModel: too few layers give no law", "[cost][refusal]") {
  std::vector<CostRow> rows = planted_rows(true);
  std::erase_if(rows, [](const CostRow& row) {
    return row.layer.d_model != 2048 || row.layer.experts.granularity() > 8.0;
  });
  const CostModel model(rows);
  for (const Pass pass : {Pass::kForward, Pass::kBackward, Pass::kBoth}) {
    CHECK_FALSE(model.covers(pass));
    CHECK(std::isnan(model.seconds(size_of(layer_of({})), pass)));
  }
}

TEST_CASE("report_cost_models: times by the planted law leave no error anywhere",
          "[cost][recovery]") {
  const auto reports = report_cost_models(planted_rows(true));
  REQUIRE(reports.size() == 2);
  for (const CostModelReport& report : reports) {
    CHECK(report.backend == "loop");
    CHECK(report.in_sample.num_rows == 10);
    CHECK(report.finest.num_rows == 2);  // one for each width
    CHECK(report.left_out.num_rows == 10);
    CHECK(report.in_sample.largest < kSolved);
    CHECK(report.finest.largest < kSolved);
    CHECK(report.left_out.largest < kSolved);
  }
}

TEST_CASE("report_cost_models: what only the finest experts suffer shows on them alone",
          "[cost][identity]") {
  // A cliff that no other layer tells of: whole and stages of G = 16 take twice as long.
  std::vector<CostRow> rows = planted_rows(true);
  for (CostRow& row : rows) {
    if (row.layer.experts.granularity() == 16.0) row.time_s *= 2.0;
  }
  for (const CostModelReport& report : report_cost_models(rows)) {
    CHECK(report.finest.median == Approx(0.5).epsilon(kSolved));
    CHECK(report.in_sample.median < 0.25);
  }
}

TEST_CASE("resampled_layers: as many layers are drawn with all their rows and the same by seed",
          "[cost][identity]") {
  const std::vector<CostRow> rows = planted_rows(true);
  const std::vector<const CostRow*> drawn = resampled_layers(rows, 7);
  CHECK(drawn.size() == rows.size());  // every layer has as many rows
  std::set<double> before, after;
  for (const CostRow& row : rows) before.insert(row.time_s);
  for (const CostRow* row : drawn) {
    CHECK(before.contains(row->time_s));
    after.insert(row->time_s);
  }
  CHECK(after.size() < before.size());  // some layer was left out: 10^10 draws, 10! without
  CHECK(resampled_layers(rows, 7) == drawn);
}

TEST_CASE("multinomial_rows: padding is that of many random routings", "[cost][recovery]") {
  // 64 experts, top-2 of 256 to 4096 tokens: rows per expert far below, near and above one tile.
  Random random(1);
  for (const double tokens : {256.0, 4096.0}) {
    const LayerSize size{tokens, 8, 64, 8, 2, 1};
    constexpr int kRoutings = 200;
    double padded = 0.0;
    for (int i = 0; i < kRoutings; ++i) {
      std::vector<std::int32_t> counts(64, 0);
      for (int t = 0; t < static_cast<int>(tokens); ++t) {
        const std::size_t first = random.below(64);
        std::size_t second = random.below(63);
        if (second >= first) ++second;
        ++counts[first];
        ++counts[second];
      }
      padded += counted_rows(counts).padded / kRoutings;
    }
    // 12,800 experts were drawn; a tile more or less has a standard error below 0.5 % of the mean.
    CHECK(multinomial_rows(size).padded == Approx(padded).epsilon(0.01));
    CHECK(multinomial_rows(size).routed == 2.0 * tokens);
  }
}

TEST_CASE("multinomial_rows: an expert that everybody goes to has no spread", "[cost][identity]") {
  const LayerSize size{1000, 8, 4, 8, 4, 1};
  CHECK(multinomial_rows(size).padded == balanced_rows(size).padded);
}

}  // namespace
}  // namespace isoflop::cost_model_test
