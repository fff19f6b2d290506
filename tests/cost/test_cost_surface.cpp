#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "catch.hpp"
#include "isoflop/cost/cost_model.hpp"
#include "isoflop/cost/cost_surface.hpp"
#include "planted_table.hpp"

namespace isoflop::cost_surface_test {
namespace {

using testing::layer_of;
using testing::LayerRates;
using testing::planted_row;
using testing::planted_table;

// Logarithms of times and of rates, and back.
constexpr double kRounding = 1e-12;

/// Curved in G and steep in width, and not of the family of the model.
double planted_s(const MoeLayer& layer) {
  const double g = layer.experts.granularity(), d = static_cast<double>(layer.d_model);
  const double tokens = static_cast<double>(layer.tokens);
  return 1e-12 * tokens * d * (d / 300.0 + 20.0 + std::pow(g, 1.2)) + 1e-5;
}

const std::array<std::uint64_t, 3> kWidths{1024, 2048, 4096};
const std::array<std::uint64_t, 5> kGranularities{1, 2, 8, 16, 32};

std::vector<CostRow> planted_rows(std::uint64_t tokens = 16384, const char* backend = "loop",
                                  double factor = 1.0) {
  std::vector<CostRow> out;
  for (const std::uint64_t d : kWidths) {
    for (const std::uint64_t g : kGranularities) {
      const MoeLayer layer =
          layer_of({.tokens = tokens, .d_model = d, .d_ff = 4 * d, .granularity = g});
      out.push_back(
          planted_row(layer, Pass::kBoth, Stage::kWhole, factor * planted_s(layer), backend, 0.05));
    }
  }
  return out;
}

CostSurface surface_of(const std::vector<CostRow>& rows, const CostChoice& choice = {}) {
  return CostSurface(planted_table(rows).table(), choice);
}

LayerPoint at(double d, double g, double tokens = 16384.0) {
  return {.tokens = tokens, .d_model = d, .d_ff = 4.0 * d, .expansion = 64.0, .granularity = g};
}

TEST_CASE("CostSurface: every measured layer gets the time that was measured", "[cost][identity]") {
  std::vector<CostRow> rows = planted_rows();
  for (const CostRow& row : planted_rows(32768)) rows.push_back(row);
  const CostSurface surface = surface_of(rows);
  for (const CostRow& row : rows) {
    const LayerTime time = surface.seconds(point_of(row.layer));
    CHECK(time.time_s == Approx(row.time_s).epsilon(kRounding));
    CHECK(time.basis == CostBasis::kInterpolated);
  }
}

TEST_CASE("CostSurface: between layers it is close to what the layers are on", "[cost][recovery]") {
  const CostSurface surface = surface_of(planted_rows());
  for (const double g : {1.4, 4.0, 11.0, 25.0}) {
    for (const double d : {1200.0, 2048.0, 3000.0}) {
      const LayerTime time = surface.seconds(at(d, g));
      const double planted = 1e-12 * 16384.0 * d * (d / 300.0 + 20.0 + std::pow(g, 1.2)) + 1e-5;
      CHECK(time.basis == CostBasis::kInterpolated);
      // Neighbours are a factor of 2 to 4 apart, over which the times bend by some percent.
      CHECK(time.time_s == Approx(planted).epsilon(0.03));
    }
  }
}

TEST_CASE("CostSurface: it rises with granularity and width as the times do", "[cost][identity]") {
  const CostSurface surface = surface_of(planted_rows());
  for (const double d : {1024.0, 1500.0, 4096.0}) {
    double before = 0.0;
    for (double g = 1.0; g <= 32.0; g *= 1.01) {
      const double now = surface.seconds(at(d, g)).time_s;
      CHECK(now >= before);
      before = now;
    }
  }
  double before = 0.0;
  for (double d = 1024.0; d <= 4096.0; d *= 1.01) {
    const double now = surface.seconds(at(d, 5.0)).time_s;
    CHECK(now >= before);
    before = now;
  }
}

TEST_CASE("CostSurface: nothing jumps at a layer or at the edge of the table", "[cost][identity]") {
  const CostSurface surface = surface_of(planted_rows());
  constexpr double kStep = 1e-7;  // relative; times go with powers of 2 at most
  for (const double d : {1024.0, 1700.0, 2048.0, 4096.0}) {
    for (const double g : {1.0, 3.0, 8.0, 32.0}) {
      for (const double direction : {-1.0, 1.0}) {
        const double move = 1.0 + direction * kStep;
        const double here = surface.seconds(at(d, g)).time_s;
        CHECK(surface.seconds(at(d, g * move)).time_s == Approx(here).epsilon(3.0 * kStep));
        CHECK(surface.seconds(at(d * move, g)).time_s == Approx(here).epsilon(3.0 * kStep));
      }
    }
  }
}

TEST_CASE("CostSurface: beyond the table it follows the model and says so", "[cost][identity]") {
  const std::vector<CostRow> rows = planted_rows();
  const CostSurface surface = surface_of(rows);
  const CostModel model(rows);
  auto modelled = [&](const LayerPoint& x) { return model.seconds(size_of(x), Pass::kBoth); };
  for (const auto& [beyond, edge] : {std::pair{at(2048, 100), at(2048, 32)},
                                     {at(8192, 8), at(4096, 8)},
                                     {at(512, 1), at(1024, 1)},
                                     {at(2048, 2, 65536), at(2048, 2)}}) {
    const LayerTime time = surface.seconds(beyond);
    CHECK(time.basis == CostBasis::kModel);
    CHECK(time.is_extrapolated());
    CHECK(time.time_s == Approx(surface.seconds(edge).time_s * modelled(beyond) / modelled(edge))
                             .epsilon(kRounding));
  }
}

TEST_CASE("CostSurface: another expansion or activation is the model alone", "[cost][identity]") {
  const std::vector<CostRow> rows = planted_rows();
  const CostSurface surface = surface_of(rows);
  LayerPoint other = at(2048, 8);
  other.expansion = 16.0;
  LayerPoint plain = at(2048, 8);
  plain.activation = Activation::kGelu;
  for (const LayerPoint& x : {other, plain}) {
    CHECK(surface.seconds(x).basis == CostBasis::kModel);
    CHECK(surface.seconds(x).time_s ==
          Approx(CostModel(rows).seconds(size_of(x), Pass::kBoth)).epsilon(kRounding));
  }
}

TEST_CASE("CostSurface: forward and backward stand in for a pass that was not timed as both",
          "[cost][identity]") {
  std::vector<CostRow> rows;
  for (const CostRow& row : planted_rows()) {
    rows.push_back(planted_row(row.layer, Pass::kForward, Stage::kWhole, row.time_s));
    rows.push_back(planted_row(row.layer, Pass::kBackward, Stage::kWhole, 2.0 * row.time_s));
  }
  const CostSurface surface = surface_of(rows);
  const double forward = surface.seconds(at(2048, 8), Pass::kForward).time_s;
  CHECK(surface.seconds(at(2048, 8)).time_s == Approx(3.0 * forward).epsilon(kRounding));
}

TEST_CASE("CostSurface: the best backend is the fastest of each layer", "[cost][identity]") {
  std::vector<CostRow> rows = planted_rows(16384, "loop");
  for (CostRow row : planted_rows(16384, "grouped", 1.5)) {
    if (row.layer.experts.granularity() == 32.0) {  // only there it wins
      row = planted_row(row.layer, row.pass, row.stage, row.time_s / 3.0, "grouped");
    }
    rows.push_back(row);
  }
  for (const CostRow& row : planted_rows(16384, "batched", 0.1)) rows.push_back(row);
  const double planted = planted_s(layer_of({.granularity = 2}));
  CHECK(surface_of(rows).seconds(at(2048, 2)).time_s == Approx(planted).epsilon(kRounding));
  CHECK(surface_of(rows).seconds(at(2048, 32)).time_s ==
        Approx(0.5 * planted_s(layer_of({.granularity = 32}))).epsilon(kRounding));
  CHECK(surface_of(rows, {.backend = "grouped"}).seconds(at(2048, 2)).time_s ==
        Approx(1.5 * planted).epsilon(kRounding));
}

TEST_CASE("CostSurface: what a backend fuses is a backend of its own to the fastest",
          "[cost][identity]") {
  std::vector<CostRow> rows = planted_rows();
  for (const CostRow& row : planted_rows(16384, "wgmma:plain", 0.8)) rows.push_back(row);
  for (CostRow row : planted_rows(16384, "wgmma", 0.5)) {
    row.fused = kAllFused;
    rows.push_back(row);
  }
  for (const CostRow& row : planted_rows()) {
    const LayerPoint layer = point_of(row.layer);
    CHECK(surface_of(rows).seconds(layer).time_s == Approx(0.5 * row.time_s).epsilon(kRounding));
    CHECK(surface_of(rows, {.backend = "wgmma:plain"}).seconds(layer).time_s ==
          Approx(0.8 * row.time_s).epsilon(kRounding));
  }
}

TEST_CASE("CostSurface: too few layers answer inside and say nothing beyond", "[cost][refusal]") {
  std::vector<CostRow> rows = planted_rows();
  std::erase_if(rows, [](const CostRow& row) {
    return row.layer.d_model != 2048 || row.layer.experts.granularity() > 8.0;
  });
  const CostSurface surface = surface_of(rows);
  CHECK(surface.seconds(at(2048, 4)).basis == CostBasis::kInterpolated);
  CHECK(surface.seconds(at(2048, 16)).basis == CostBasis::kNone);
  CHECK(std::isnan(surface.seconds(at(2048, 16)).time_s));
}

TEST_CASE("CostSurface: resamples spread around the times and are equal for equal seeds",
          "[cost][recovery]") {
  const CostSurface surface = surface_of(planted_rows());
  const double time = surface.seconds(at(2048, 8)).time_s;
  int below = 0, above = 0, moved = 0;
  const double beyond = surface.seconds(at(2048, 64)).time_s;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const CostSurface drawn = surface.resampled(seed);
    const double t = drawn.seconds(at(2048, 8)).time_s;
    CHECK(t == drawn.seconds(at(2048, 8)).time_s);
    CHECK(surface.resampled(seed).seconds(at(2048, 64)).time_s ==
          drawn.seconds(at(2048, 64)).time_s);
    // Samples are 5 % apart, and so are medians of three of them.
    CHECK(t == Approx(time).epsilon(0.05 + kRounding));
    below += t < 0.99 * time;
    above += t > 1.01 * time;
    moved += drawn.seconds(at(2048, 64)).time_s != beyond;
  }
  // Each has a chance of 7 / 27 per draw: below 1 in 1e5 to see none of 40.
  CHECK(below > 0);
  CHECK(above > 0);
  CHECK(moved > 20);
}

TEST_CASE("CostSurface: a roofline table is its own formula everywhere", "[cost][identity]") {
  const RooflinePeaks peaks{989.4e12, 4.8e12};
  const std::array layers{layer_of({.granularity = 1}), layer_of({.granularity = 8})};
  const CostSurface surface(RooflineTable(peaks, "h200", layers, {}).table(), {});
  for (const LayerPoint& x : {at(2048, 8), at(2048, 3.3), at(777.7, 100)}) {
    const LayerTime time = surface.seconds(x);
    CHECK(time.basis == CostBasis::kRoofline);
    CHECK(time.time_s == roofline_s(size_of(x), Pass::kBoth, Stage::kWhole, peaks));
    CHECK(surface.resampled(3).seconds(x).time_s == time.time_s);
  }
}

TEST_CASE("CostSurface: a roofline whose times are not its own is refused", "[cost][refusal]") {
  const std::array layers{layer_of({})};
  CostTable table = RooflineTable({989.4e12, 4.8e12}, "h200", layers, {}).table();
  table.rows[3].time_s *= 0.9;
  CHECK_THROWS_AS(CostSurface(table, {}), InvalidArgument);
}

TEST_CASE("CostSurface: a table without the rows that were asked for is refused",
          "[cost][refusal]") {
  CHECK_THROWS_AS(surface_of(planted_rows(), {.regime = Regime::kBurst}), InvalidArgument);
  CHECK_THROWS_AS(surface_of({}), InvalidArgument);
}

}  // namespace
}  // namespace isoflop::cost_surface_test
