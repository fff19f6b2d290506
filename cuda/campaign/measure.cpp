#include "cuda/campaign/measure.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <utility>

#include "isoflop/cost/measured_table.hpp"
#include "isoflop/io/cost_table_file.hpp"
#include "isoflop/io/units.hpp"
#include "isoflop/io/whole_file.hpp"

namespace isoflop::bench {
namespace {

constexpr std::size_t kRunsPerAnchor = 8;
constexpr double kDrift = 0.02;

/// What `output` holds already, or nothing. A file with measurements is never written over.
std::optional<CostTable> table_before(const MeasureRequest& request) {
  if (request.resume && request.output.empty()) {
    throw InvalidArgument("resume",
                          field("resume") + " goes on with the file of -o, which is missing");
  }
  require_writable(request.output);
  if (request.output.empty() || !std::filesystem::is_regular_file(request.output)) return {};
  if (request.resume) return read_cost_table(request.output);
  try {
    if (read_cost_table(request.output).source != CostSource::kMeasured) return {};
  } catch (const DataError&) {
    throw DataError(request.output, "exists and is no cost table; name another file");
  }
  throw DataError(request.output, "holds measurements already; " + field("resume") +
                                      " goes on with them, or name another file");
}

std::string first_fault(const CheckReport& report) {
  for (const CheckItem& item : report.items) {
    if (item.holds()) continue;
    return "the check failed: " + item.what + " is off by " + digits_text(item.error * 1e3) +
           "e-3, allowed are " + digits_text(item.tolerance * 1e3) + "e-3";
  }
  return "nothing could be compared";
}

/// The rates that runs are planned by: measured ones.
RooflinePeaks rates_of(const CostPeaks& peaks) {
  return {peaks.gemm_flops_per_s, peaks.copy_bytes_per_s};
}

class Measurement {
 public:
  Measurement(const World& world, const MeasureRequest& request, const MeasureObserver& observer)
      : world_(world), request_(request), observer_(observer), start_s_(world.clock_s()) {
    // What is wrong with the file is said before a device is asked for.
    std::optional<CostTable> before = table_before(request);
    device_ = world.open_device();
    if (before) {
      require_resumable(request.output, *before, environment_of(*device_, world));
      table_.emplace(std::move(*before));
      return;
    }
    table_.emplace(measured_peaks(*device_, world));
    save();
  }

  MeasureResult run(std::vector<PlannedRun> runs) {
    const RooflinePeaks rates = rates_of(table_->table().peaks);
    std::erase_if(runs, [&](const PlannedRun& run) {
      const bool held = is_complete(table_->table(), run);
      result_.num_resumed += held ? 1 : 0;
      return held;
    });
    double all_s = 0.0;
    for (const PlannedRun& run : runs) all_s += planned_s(run, rates);
    if (observer_.begins) observer_.begins({runs.size(), all_s, result_.num_resumed});

    double planned_done_s = 0.0;
    const double begun_s = world_.clock_s();
    anchor_s_ = runs.empty() ? kNotMeasured : device_->anchor_s();
    block_begin_ = table_->table().rows.size();
    for (std::size_t i = 0; i < runs.size(); ++i) {
      // Plans turn out wrong by a factor that all runs share.
      const double pace =
          planned_done_s > 0.0 ? (world_.clock_s() - begun_s) / planned_done_s : 1.0;
      const double next_s = planned_s(runs[i], rates);
      if (world_.clock_s() - start_s_ + pace * next_s > request_.limit_s) {
        result_.left.assign(runs.begin() + static_cast<std::ptrdiff_t>(i), runs.end());
        break;
      }
      carry_out(runs[i]);
      planned_done_s += next_s;
      if (observer_.progress) observer_.progress(i + 1, runs.size());
      if ((i + 1) % kRunsPerAnchor == 0) end_block();
    }
    end_block();
    result_.table = table_->table();
    return std::move(result_);
  }

 private:
  void carry_out(const PlannedRun& run) {
    const Configuration& configuration = run.configuration;
    try {
      const std::uint64_t needed = device_->needed_bytes(configuration, run.timing);
      const std::uint64_t free = device_->free_bytes();
      if (needed > free) {
        result_.skipped.push_back({run, "needs " + bytes_text(static_cast<double>(needed)) + ", " +
                                            bytes_text(static_cast<double>(free)) + " are free"});
        return;
      }
      const CheckReport report = device_->check(configuration);
      if (!report.passed()) {
        result_.failed.push_back({run, first_fault(report)});
        return;
      }
      table_->append(device_->time(configuration, run.timing, report));
    } catch (const InvalidArgument& fault) {  // not for this backend, or beyond its indices
      result_.skipped.push_back({run, fault.marked()});
      return;
    }
    ++result_.num_measured;
    save();
  }

  /// Rows since the last anchor are marked where the card is not what it was.
  void end_block() {
    if (table_->table().rows.size() == block_begin_) return;
    const double now_s = device_->anchor_s();
    const double drift = now_s / anchor_s_ - 1.0;
    if (std::abs(drift) > kDrift) {
      CostTable marked = table_->table();
      for (std::size_t i = block_begin_; i < marked.rows.size(); ++i) {
        marked.rows[i].remarks.push_back("drift: " + share_text(drift));
      }
      table_.emplace(std::move(marked));
      save();
    }
    anchor_s_ = now_s;
    block_begin_ = table_->table().rows.size();
  }

  void save() const {
    if (!request_.output.empty()) write_file(request_.output, cost_table_to_text(*table_));
  }

  const World& world_;
  const MeasureRequest& request_;
  const MeasureObserver& observer_;
  double start_s_;
  std::unique_ptr<Device> device_;
  std::optional<MeasuredTable> table_;
  MeasureResult result_;
  double anchor_s_ = kNotMeasured;
  std::size_t block_begin_ = 0;
};

}  // namespace

MeasureResult measure_runs(const World& world, std::vector<PlannedRun> runs,
                           const MeasureRequest& request, const MeasureObserver& observer) {
  return Measurement(world, request, observer).run(std::move(runs));
}

int exit_code_of(const MeasureResult& result) {
  return result.failed.empty() && !result.table.rows.empty() ? 0 : 1;
}

}  // namespace isoflop::bench
