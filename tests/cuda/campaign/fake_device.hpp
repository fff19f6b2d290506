/// A device that takes no time and says what a test tells it to, for everything around the timing.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cuda/campaign/measure.hpp"
#include "cuda/device/backend_name.hpp"
#include "isoflop/cost/moe_work.hpp"
#include "isoflop/cost/roofline.hpp"

namespace isoflop_test {

/// What the fake card is like; shared with the test, which may change it between calls.
struct FakeCard {
  double clock_s = 0.0;
  double seconds_per_run = 2.0;
  double anchor_s = 1e-3;
  std::uint64_t free_bytes = std::uint64_t{1} << 40;
  std::string uuid = "GPU-fake", capability = "9.0";
  std::function<bool(const isoflop::bench::Configuration&)> is_wrong;  ///< whether a check fails
  std::vector<isoflop::bench::Configuration> timed;
  int num_peaks = 0;
  int fails_at = -1;  ///< the run, counted from 0, at which the device breaks
};

class FakeDevice : public isoflop::bench::Device {
 public:
  explicit FakeDevice(FakeCard& card) : card_(card) {}

  isoflop::CostEnvironment environment() const override {
    isoflop::CostEnvironment out;
    out.gpu_name = "Fake GPU";
    out.gpu_uuid = card_.uuid;
    out.driver = "1.0";
    return out;
  }
  std::uint64_t free_bytes() const override { return card_.free_bytes; }
  std::uint64_t needed_bytes(const isoflop::bench::Configuration& x,
                             const isoflop::bench::TimingOptions&) const override {
    return 2 * x.layer.num_rows() * x.layer.d_model;
  }
  isoflop::CostPeaks measure_peaks() override {
    ++card_.num_peaks;
    isoflop::CostPeaks out;
    out.gemm_flops_per_s = kRates.flops_per_s;
    out.gemm_mnk = {8192, 8192, 8192};
    out.copy_bytes_per_s = out.gather_bytes_per_s = kRates.bytes_per_s;
    return out;
  }
  double anchor_s() override { return card_.anchor_s; }
  isoflop::bench::CheckReport check(const isoflop::bench::Configuration& x) override {
    const bool wrong = card_.is_wrong && card_.is_wrong(x);
    return {x, {{"out", wrong ? 0.25 : 0.004, 0.0167}}};
  }
  isoflop::bench::CheckReport check_kernels(const isoflop::MoeLayer& layer,
                                            std::uint64_t seed) override {
    isoflop::bench::CheckReport out;
    out.configuration.layer = layer;
    out.configuration.seed = seed;
    out.items = {{"topk", 0.0, 0.0}};
    return out;
  }
  isoflop::bench::CheckReport check_products(const isoflop::bench::Configuration& x,
                                             int repeats) override {
    return {x, {{"up", 0.001, 0.002}, {"the same again", repeats > 0 ? 0.0 : 1.0, 0.0}}};
  }
  std::vector<isoflop::CostRow> time(const isoflop::bench::Configuration& x,
                                     const isoflop::bench::TimingOptions& options,
                                     const isoflop::bench::CheckReport& report) override {
    if (static_cast<int>(card_.timed.size()) == card_.fails_at) {
      throw isoflop::bench::CudaError("the device is gone");
    }
    card_.clock_s += card_.seconds_per_run;
    card_.timed.push_back(x);
    std::vector<isoflop::CostRow> out;
    auto add = [&](isoflop::Pass pass, isoflop::Stage stage) {
      const isoflop::LayerSize size = isoflop::size_of(x.layer);
      isoflop::CostRow row;
      row.layer = x.layer;
      row.backend = x.backend;
      row.fused = isoflop::bench::parse_backend_name(x.backend).fused;
      row.routing = isoflop::bench::to_string(x.routing);
      row.seed = x.seed;
      row.regime = options.regime;
      row.capacity_factor = x.capacity_factor;
      row.pass = pass;
      row.stage = stage;
      row.time_s = 2.0 * isoflop::roofline_s(size, pass, stage, kRates);
      row.samples_s = {row.time_s};
      row.p10_s = row.p90_s = row.low_s = row.high_s = row.time_s;
      row.padded_flops = row.model_flops = 1.0;
      row.check_error = report.items.front().error;
      row.check_tolerance = report.items.front().tolerance;
      out.push_back(row);
    };
    if (options.pass == isoflop::Pass::kBoth) {
      add(isoflop::Pass::kForward, isoflop::Stage::kWhole);
      add(isoflop::Pass::kBackward, isoflop::Stage::kWhole);
    }
    add(options.pass, isoflop::Stage::kWhole);
    return out;
  }

 private:
  static constexpr isoflop::RooflinePeaks kRates{7e14, 4e12};
  FakeCard& card_;
};

inline isoflop::bench::World fake_world(FakeCard& card,
                                        std::vector<std::string> words = {"isoflop-bench", "moe"}) {
  isoflop::bench::World out;
  out.open_device = [&card] { return std::make_unique<FakeDevice>(card); };
  out.backends = [&card] {
    return isoflop::bench::BackendsHere{{"batched", "loop", "grouped", "wgmma"}, card.capability};
  };
  out.clock_s = [&card] { return card.clock_s; };
  out.now = [] { return std::string("2026-01-01T00:00:00Z"); };
  out.command_line = std::move(words);
  return out;
}

}  // namespace isoflop_test
