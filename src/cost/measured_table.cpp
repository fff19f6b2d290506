#include "isoflop/cost/measured_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <utility>

#include "isoflop/core/interval.hpp"
#include "isoflop/core/word_list.hpp"
#include "isoflop/cost/roofline.hpp"
#include "isoflop/error.hpp"

namespace isoflop {
namespace {

bool is_positive(double x) { return x > 0.0 && std::isfinite(x); }

std::string runnable_fault(const MoeLayer& layer) {
  try {
    require_runnable(layer);
  } catch (const InvalidArgument& fault) {
    return fault.what();
  }
  return "";
}

std::string sample_fault(const CostRow& row) {
  if (row.samples_s.empty()) return "is measured but has no samples";
  if (!std::all_of(row.samples_s.begin(), row.samples_s.end(), is_positive)) {
    return "has a sample that is not a positive time";
  }
  std::vector<double> sorted = row.samples_s;
  std::sort(sorted.begin(), sorted.end());
  const double median = sample_quantile(sorted, 0.5);
  // Another formula for the mean of the two in the middle may round otherwise.
  if (std::abs(row.time_s - median) > 1e-12 * median) {
    return "has a time_s that is not the median of its samples";
  }
  return "";
}

std::string check_fault(const CostRow& row) {
  if (row.checked == Check::kNone) {
    return std::isnan(row.check_error) ? "" : "has a check_error but was checked against nothing";
  }
  if (!(row.check_error >= 0.0) || !is_positive(row.check_tolerance)) {
    return "is measured but was not checked";
  }
  if (row.check_error > row.check_tolerance) {
    return "failed its check: check_error is above check_tolerance";
  }
  return "";
}

bool names_hardware(const CostEnvironment& x) {
  return !(x.gpu_name.empty() && x.gpu_uuid.empty() && x.compute_capability.empty() &&
           x.driver.empty() && x.cuda.empty() && x.cublas.empty()) ||
         x.num_sms != 0 || x.memory_bytes != 0 || x.l2_bytes != 0;
}

void require(const std::string& fault) {
  if (!fault.empty()) throw InvalidArgument("the cost table " + fault);
}

void require_rows(const std::vector<CostRow>& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string fault = row_fault(CostSource::kMeasured, rows[i]);
    if (!fault.empty()) throw InvalidArgument("row " + std::to_string(i + 1) + ": " + fault);
  }
}

}  // namespace

std::string row_fault(CostSource source, const CostRow& row) {
  if (std::string fault = runnable_fault(row.layer); !fault.empty()) return fault;
  if (row.backend.empty()) return "does not name its backend";
  if (row.routing.empty()) return "does not name its routing";
  if ((row.pass == Pass::kForward && is_backward(row.stage)) ||
      (row.pass == Pass::kBackward && is_forward(row.stage))) {
    return "has a stage \"" + std::string(to_string(row.stage)) +
           "\" that is no part of the pass " + std::string(to_string(row.pass));
  }
  if (!is_possible(row.fused)) return "has the combination fused without the activation";
  if (!is_run(row.stage, row.fused)) {
    return "has a stage \"" + std::string(to_string(row.stage)) +
           "\" whose work is part of its products: " + joined(words_of(row.fused), ", ");
  }
  if (!is_positive(row.time_s)) return "has a time_s that is not positive";
  for (const double x : {row.p10_s, row.p90_s, row.low_s, row.high_s}) {
    if (!std::isnan(x) && !is_positive(x)) return "has a quantile that is not a positive time";
  }
  for (const auto& [low, high] : {std::pair{row.p10_s, row.p90_s}, {row.low_s, row.high_s}}) {
    // Not measured is above and below everything.
    if (low > row.time_s || high < row.time_s) return "has a time_s outside of its quantiles";
  }
  for (const double x : {row.model_flops, row.padded_flops, row.executed_flops, row.bytes}) {
    if (!(x >= 0.0) || !std::isfinite(x)) return "has FLOPs or bytes below zero";
  }
  if (source == CostSource::kMeasured) {
    if (row.backend == kRooflineBackend) return "is of a roofline in a table of measurements";
    if (std::string fault = sample_fault(row); !fault.empty()) return fault;
    return check_fault(row);
  }
  if (row.backend != kRooflineBackend) return "names a backend, but the table is a roofline";
  if (!row.samples_s.empty()) return "has samples, but the table is a roofline";
  return "";
}

std::string head_fault(const CostTable& table) {
  const CostEnvironment& environment = table.environment;
  const CostPeaks& peaks = table.peaks;
  for (const double peak : {peaks.spec_flops_per_s, peaks.spec_bytes_per_s, peaks.gemm_flops_per_s,
                            peaks.copy_bytes_per_s, peaks.gather_bytes_per_s}) {
    if (!std::isnan(peak) && !is_positive(peak)) return "has a peak that is not positive";
  }
  if (table.source == CostSource::kMeasured) {
    if (environment.gpu_name.empty()) return "is measured but does not name its device";
    if (environment.driver.empty()) return "is measured but does not name its driver";
    return "";
  }
  if (names_hardware(environment)) return "is a roofline but names a device";
  if (std::isnan(peaks.spec_flops_per_s) || std::isnan(peaks.spec_bytes_per_s)) {
    return "is a roofline without its two peaks";
  }
  if (!std::isnan(peaks.gemm_flops_per_s) || !std::isnan(peaks.copy_bytes_per_s) ||
      !std::isnan(peaks.gather_bytes_per_s)) {
    return "is a roofline with measured peaks";
  }
  return "";
}

MeasuredTable::MeasuredTable(CostEnvironment environment, CostPeaks peaks)
    : MeasuredTable(
          CostTable{CostSource::kMeasured, std::move(environment), std::move(peaks), {}}) {}

MeasuredTable::MeasuredTable(CostTable table) : table_(std::move(table)) {
  if (table_.source != CostSource::kMeasured) {
    throw InvalidArgument("a roofline table cannot become a table of measurements");
  }
  require(head_fault(table_));
  require_rows(table_.rows);
}

void MeasuredTable::append(const std::vector<CostRow>& rows) {
  require_rows(rows);
  table_.rows.insert(table_.rows.end(), rows.begin(), rows.end());
}

}  // namespace isoflop
